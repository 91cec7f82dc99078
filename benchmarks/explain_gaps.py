"""How far both sides' values are apart: ``python -m benchmarks.explain_gaps FOLDER TASK``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    folder, task = Path(sys.argv[1]), sys.argv[2]
    ours, theirs = (np.load(folder / f"{task}_values_{side}.npy") for side in ("crm_ai", "shap"))
    print(float(np.abs(ours - theirs).max()), len(ours))
