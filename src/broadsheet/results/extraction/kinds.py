"""What kind of thing a paper brings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from broadsheet.results.extraction.model import score, weights
from broadsheet.results.extraction.name_spans import INTRODUCE
from broadsheet.results.extraction.records import KINDS

_MAKES = re.compile(rf"\b(?:[Ww]e|paper|work|study|article|report|thesis)\s(?:\w+\s){{0,2}}?{INTRODUCE}\b|\b(?:is|are)\s(?:proposed|introduced|presented)\b")
_LOOKS = re.compile(
    r"\b(?:[Ww]e|paper|work|study|article|report|thesis)\s(?:\w+\s){0,2}?(?:stud(?:y|ies)|investigat\w+|analy[sz]e\w*|examin\w+|explor\w+|evaluat\w+|compar\w+|"
    r"find|show|ask|survey\w*|review\w*|prove[sd]?|discuss\w*|argue[sd]?|benchmark\w*|revisit\w*|characteri[sz]e\w*|demonstrate|conduct\w*|establish|observe|reveal)\b"
)
_NP = r"(?P<np>(?:[\w/+'^.-]+\s){0,9}?[\w/+'-]+)(?=\s(?:that|which|for|to|with|in|on|of|based|built|designed|tailored|capable|by|using|where|from|via|consisting|comprising|whose|and|as|through|called|named|dubbed|termed|specifically|aimed|trained|developed|dedicated|consists?|under|over|featuring|leveraging|inspired|enabling|powered|is|are|at|across|between|within|towards?|engineered|fine-tuned|can|comprised|adapted|supporting|combining)\b|\s?[,.;:()]|\s-|$)"
_INTRODUCED = re.compile(rf"\b{INTRODUCE}\s(?:an?|the|our|two|several|new|novel|\s)*\s?{_NP}")
_APPOSED = re.compile(rf"(?:,|\)|\s-{{1,2}})\s(?:an?|the(?:\sfirst)?|our)\s{_NP}")
_TITLE_NP = re.compile(rf"(?::|^)\s(?:An?\s|The\s|Towards?\s|Your\s)?{_NP}")
_CLASS = {
    "method": "method approach algorithm technique strategy paradigm mechanism scheme loss module objective procedure decoding attention optimizer optimization pruning "
    "quantization distillation learning training fine-tuning methodology solution recipe attack defense reformulation extension regularization search sampler estimator",
    "framework": "framework pipeline",
    "system": "system systems engine platform infrastructure accelerator compiler simulator environment tool interface agent agents assistant app application scheduler server harness os",
    "model": "model models architecture architectures network networks transformer transformers family llm mllm vlm encoder decoder autoencoder tokenizer vae gpt series backbone codec generator "
    "detector classifier baseline foundation dit policy lm lmm vla net u-net diffusion captioner embeddings series",
    "dataset": "dataset datasets corpus corpora collection data database catalogue resource",
    "benchmark": "benchmark benchmarks suite testbed leaderboard arena evaluation metric metrics protocol testset competition scores score evaluations",
    "library": "library toolkit package toolbox software sdk codebase repository implementation language",
    "survey": "survey review overview taxonomy perspective tutorial roadmap position reflection vision blueprint",
    "theory": "theory theorem bound bounds proof framework-for-analysis characterization analysis formalism semantics",
    "study": "study investigation analysis comparison exploration examination report evidence findings experiment experiments understanding",
}  # fmt: skip
_CLASS_OF = {word: name for name, words in reversed(_CLASS.items()) for word in words.split()}
_SAYS = {
    "survey": re.compile(r"\b(?:this|our|the present|a comprehensive|a systematic)\s(?:survey|review|overview|tutorial|position paper|blog|perspective)\b|\bwe\s(?:survey|review|summari[sz]e|discuss|provide an overview|argue)\b|\btaxonomy\b|future directions|open challenges|research directions", re.IGNORECASE),
    "theory": re.compile(r"\b(?:prov(?:e|es|ed|ing|ably)|theorem|proofs?|lower bounds?|upper bounds?|np-hard|asymptotic\w*|regret|convergence rates?|minimax|lemma|closed-form|necessary and sufficient|theoretical(?:ly)?|complexity)\b", re.IGNORECASE),
    "study": re.compile(r"\bwe\s(?:\w+\s)?(?:find|found|study|investigate|examine|analy[sz]e|observe|explore|show that|ask|compare|evaluate|conduct)\b|\b(?:our|the)\s(?:findings|analysis|results (?:show|suggest|indicate|reveal))\b|\bthis\s(?:study|work studies|paper (?:studies|investigates|examines|explores))\b|empirical(?:ly)? (?:study|analysis)|systematic(?:ally)? (?:study|investigat\w+|evaluat\w+)", re.IGNORECASE),
    "benchmark": re.compile(r"\bbenchmark(?:s|ing)?\b|\bleaderboard\b|\bevaluat(?:e|es|ing|ion)\s(?:of\s)?(?:llms|models|agents|vlms|mllms|frontier|state)", re.IGNORECASE),
    "dataset": re.compile(r"\b(?:dataset|corpus|annotat\w+|curat\w+|samples|collected|crowdsourc\w+)\b", re.IGNORECASE),
    "system": re.compile(r"\b(?:system|serving|engine|platform|throughput|gpus?|hardware|kernels?|schedul\w+|runtime|deploy\w+|users?|interactive|open-source|multi-agent|web-based|compiler|distributed)\b", re.IGNORECASE),
    "library": re.compile(r"\b(?:library|toolkit|package|toolbox|python|api|apis|pip|extensible|modular|users?)\b", re.IGNORECASE),
    "model": re.compile(r"\b(?:model|parameters?|pre-?trained|weights|checkpoints|architecture|foundation model|transformer|network|open-source|family|(?:\d+(?:\.\d+)?b))\b", re.IGNORECASE),
    "method": re.compile(r"\b(?:training-free|plug-and-play|method|approach|algorithm|strategy|framework|fine-tuning|reinforcement learning|optimi[sz]\w+|decoding|pruning|quantization|distill\w+|loss)\b", re.IGNORECASE),
}  # fmt: skip
_BENCH = re.compile(r"(?:[Bb]ench(?:mark)?|Eval|Arena|QA|BENCH|Gym)s?\b")
_LM = re.compile(r"(?:LM|GPT|LLaMA|BERT|former|Net|VLA|VLM|CLIP|Diffusion|DiT|VL|SAM|\d[BM])\b|\d$")
_DATA = re.compile(r"(?:\d[KkM]|Corpus|[Dd]ata|Set|Instruct)\b")


def kind_features(title: str, flat: str, spans: Sequence[tuple[int, int]], first_own: int, names: Sequence[str]) -> list[str]:
    """The features that speak for a kind."""
    found: set[str] = set()
    made = [flat[start:end] for start, end in spans[first_own:] if _MAKES.search(flat, start, end)][:3]
    intro = made[0] if made else flat[slice(*spans[first_own])] if spans else ""
    found |= _heads(intro, "i")
    for sentence in made[1:2]:
        found |= {f"second:{feature}" for feature in _heads(sentence, "i") if ":class=" in feature}
    found |= _of_title(title)
    for name, pattern in _SAYS.items():
        count = len(pattern.findall(flat))
        found.add(f"says:{name}={0 if not count else 1 if count == 1 else 2 if count < 4 else 3}")
        if pattern.search(title):
            found.add(f"title:says:{name}")
        if intro and pattern.search(intro):
            found.add(f"intro:says:{name}")
    found |= _doings(flat, made)
    found |= _of_names(title, names)
    return sorted(found)


def _heads(sentence: str, where: str) -> set[str]:
    """The nouns by which a sentence says what is introduced, and their classes."""
    found: set[str] = set()
    for how, pattern in (("propose", _INTRODUCED), ("appose", _APPOSED)):
        match = pattern.search(sentence)
        if match:
            found |= _noun(match["np"], f"{where}:{how}")
    return found


def _noun(phrase: str, where: str) -> set[str]:
    words = phrase.lower().split()
    last = words[-1].strip("'.")
    found = {f"{where}:{last}"}
    if len(words) > 1:
        found.add(f"{where}:{words[-2]} {last}")
    name = _CLASS_OF.get(last)
    if name:
        found.add(f"{where}:class={name}")
    found |= {f"{where}:has={_CLASS_OF[word]}" for word in words[:-1] if word in _CLASS_OF}
    return found


def _of_title(title: str) -> set[str]:
    match = _TITLE_NP.search(title)
    found = _noun(match["np"], "t") if match else set()
    words = re.findall(r"[A-Za-z][\w-]*", title.lower())
    found |= {f"t:has={_CLASS_OF[word]}" for word in words if word in _CLASS_OF}
    if words:
        found.add(f"t:first={words[0]}")
    if "?" in title:
        found.add("title:asks")
    return found


def _doings(flat: str, made: Sequence[str]) -> set[str]:
    looks = len(_LOOKS.findall(flat))
    found = {f"makes={len(made)}", f"looks={min(3, looks)}"}
    first_make, first_look = _MAKES.search(flat), _LOOKS.search(flat)
    if first_make and first_look:
        found.add("makes:first" if first_make.start() < first_look.start() else "looks:first")
    return found


def _of_names(title: str, names: Sequence[str]) -> set[str]:
    found = {f"names={min(3, len(names))}"}
    head = title.split(":")[0] if ":" in title else ""
    for where, text in (("name", names[0] if names else ""), ("title", head)):
        for what, pattern in (("bench", _BENCH), ("model", _LM), ("data", _DATA)):
            if pattern.search(text):
                found.add(f"{where}:{what}")
    found.add("title:colon" if head else "title:plain")
    return found


def kind(title: str, flat: str, spans: Sequence[tuple[int, int]], first_own: int, names: Sequence[str]) -> str:
    """The likeliest of the nine kinds."""
    features = kind_features(title, flat, spans, first_own, names)
    return max(KINDS, key=lambda one: score(weights(f"kind:{one}"), features))
