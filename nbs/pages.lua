-- What the site changes in a page. Where a sentence in italics begins the paragraph below a cell that shows pictures,
-- it becomes the caption of the last one, with a number, and for all of them the text for those who cannot see a
-- picture. Below a cell that shows one table it becomes the caption of the table. What stands below a heading `Tests`
-- is folded, and so is exported source. Folded cells of nothing but code join the next one: one fold above each
-- result. In tables a dash stands for what has no number. In tables of symbols a name in code is a variable of the
-- page: it must not link to whatever function bears the same name.

local pictures_so_far, tables_so_far = 0, 0

local function is_cell(block)
  return block and block.t == 'Div' and block.classes:includes('cell')
end

local function pictures(cell)
  local found = pandoc.List()
  cell:walk({Image = function(image) found:insert(image) end})
  return found
end

local function is_table(block)
  return block.t == 'Table' or block.t == 'RawBlock' and block.format == 'html' and block.text:find('<table') ~= nil
end

local function tables(cell)
  local found = 0
  local function one(block) if is_table(block) then found = found + 1 end end
  cell:walk({Table = one, RawBlock = one})
  return found
end

-- A sentence in italics: not a title or a name that stands first in a sentence
local function finding(block)
  if not block or block.t ~= 'Para' or block.content[1].t ~= 'Emph' then return false end
  local text = pandoc.utils.stringify(block.content[1])
  return text:match('[.?!)]$') and select(2, text:gsub('%S+', '')) > 4
end

local function after_finding(block)
  local rest = pandoc.List({table.unpack(block.content, 2)})
  while rest[1] and (rest[1].t == 'Space' or rest[1].t == 'SoftBreak') do rest:remove(1) end
  return #rest > 0 and {pandoc.Para(rest)} or {}
end

local function with_figure(cell, text)
  local alternative = pandoc.utils.stringify(text):gsub('%s*%%', ' percent') -- a bare % is no URI
  local left = #pictures(cell)
  return cell:walk({Para = function(paragraph)
    local image = paragraph.content[1]
    if #paragraph.content ~= 1 or image.t ~= 'Image' then return nil end
    image.attributes['fig-alt'] = alternative
    left = left - 1
    if left > 0 then return pandoc.Para({image}) end
    pictures_so_far = pictures_so_far + 1
    return pandoc.Figure(pandoc.Plain({image}), {long = {pandoc.Plain(text)}}, pandoc.Attr('fig-' .. pictures_so_far))
  end})
end

local function with_table(cell, text)
  tables_so_far = tables_so_far + 1
  local function captioned(block)
    if not is_table(block) then return nil end
    return pandoc.Div({block, pandoc.Para(text)}, pandoc.Attr('tbl-' .. tables_so_far, {}, {['tbl-cap-location'] = 'bottom'})), false
  end
  return cell:walk({traverse = 'topdown', Table = captioned, RawBlock = captioned})
end

-- What gives a cell its caption: nil where it shows nothing, or several tables
local function captioner(block)
  if not is_cell(block) then return nil end
  if #pictures(block) > 0 then return with_figure end
  return tables(block) == 1 and with_table or nil
end

local function code_of(block)
  local first = is_cell(block) and block.content[1]
  return first and first.t == 'CodeBlock' and first or nil
end

local setting = _G and _G.param -- Quarto's, of the front matter
local folds_all_code = setting and setting('code-fold')

local function folded_code(block)
  local code = code_of(block)
  local own = code and code.attributes['code-fold'] == 'true' and not code.attributes['code-summary']
  return (folds_all_code or own) and code or nil
end

-- Folded cells of code alone, joined with the one below
local function joined(blocks)
  local kept = pandoc.List()
  for _, block in ipairs(blocks) do
    local last, code = kept[#kept], folded_code(block)
    local above = folded_code(last)
    if code and above and #last.content == 1 then
      code.text = above.text .. '\n\n' .. code.text
      kept:remove()
    end
    kept:insert(block)
  end
  return kept
end

function Blocks(blocks)
  blocks = joined(blocks)
  local kept = pandoc.List()
  for place, block in ipairs(blocks) do
    local below, above = captioner(block), captioner(blocks[place - 1])
    if below and finding(blocks[place + 1]) then
      kept:insert(below(block, blocks[place + 1].content[1].content))
    elseif above and finding(block) then
      kept:extend(after_finding(block))
    else
      kept:insert(block)
    end
  end
  return kept
end

local function folded(header, blocks)
  local summary = '<details class="tests"><summary>' .. pandoc.utils.stringify(header) .. '</summary>'
  blocks:insert(1, pandoc.RawBlock('html', summary))
  blocks:insert(pandoc.RawBlock('html', '</details>'))
  return blocks
end

function Pandoc(document)
  local kept, tests, heading = pandoc.List(), nil, nil
  local function close()
    if tests then kept:extend(folded(heading, tests)) end
    tests, heading = nil, nil
  end
  for _, block in ipairs(document.blocks) do
    if heading and block.t == 'Header' and block.level <= heading.level then close() end
    if block.t == 'Header' and pandoc.utils.stringify(block) == 'Tests' then
      tests, heading = pandoc.List(), block
    else
      (tests or kept):insert(block)
    end
  end
  close()
  document.blocks = kept
  return document
end

function CodeBlock(block)
  if block.attributes['code-fold'] ~= 'show' then return nil end
  block.attributes['code-fold'] = 'true' -- nbdev leaves exported source open
  return block
end

function Div(cell)
  if cell.attributes['code-fold'] ~= 'show' then return nil end
  cell.attributes['code-fold'] = 'true'
  return cell
end

function Table(symbols)
  local head = symbols:clone()
  head.bodies = {}
  if not pandoc.utils.stringify(pandoc.Blocks({head})):find('in code') then return nil end
  return symbols:walk({Link = function(link)
    if #link.content == 1 and link.content[1].t == 'Code' then return link.content end
  end})
end

function RawBlock(block)
  if block.format == 'html' then return pandoc.RawBlock('html', (block.text:gsub('<td>NaN</td>', '<td>–</td>'))) end
end
