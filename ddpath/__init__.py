"Path-based image attribution. Public names are loaded when they are first used; `__init__.pyi` lists them."
__version__ = "0.1.0"

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
