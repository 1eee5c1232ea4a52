"""Print the README's N-th shell command (1: the main job, 2: the tests), so that what is documented is what runs."""

import re
import sys
from pathlib import Path

readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
print(re.findall(r"```bash\n(.*?)```", readme, flags=re.DOTALL)[int(sys.argv[1]) - 1].strip())
