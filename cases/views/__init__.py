"""Pictures and windows; the only place that imports pyvista."""

import os
import sys

# Without a screen VTK would first complain about X; EGL draws in memory. It chooses when it is imported.
if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
