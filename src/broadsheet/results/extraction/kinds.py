"""What kind of thing a paper brings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from broadsheet.results.extraction.model import score, weights
from broadsheet.results.extraction.name_spans import INTRODUCE
from broadsheet.results.extraction.records import KINDS
from broadsheet.results.extraction.text import Text
from broadsheet.results.extraction.words import word_set

_AUTHORS = frozenset({"we", "paper", "work", "study", "article", "report", "thesis"})
_LOOK = word_set(
    "study studies studied investigate investigates investigated analyze analyse analyzes examine "
    "examines explore explores evaluate evaluates compare compares find finds show shows ask survey "
    "surveys review reviews prove proves discuss discusses argue argues benchmark revisit characterize "
    "characterise demonstrate conduct conducts establish observe reveal reveals"
)
_ENDS_NP = word_set(
    "that which for to with in on of based built designed tailored capable by using where from via "
    "consisting comprising whose and as through called named dubbed termed specifically aimed trained "
    "developed dedicated consists consist under over featuring leveraging inspired enabling powered is "
    "are at across between within toward towards engineered fine-tuned can comprised adapted supporting "
    "combining"
)
_STARTS_NP = frozenset({"a", "an", "the", "our", "two", "several", "new", "novel", "first"})
_CLASS = {
    "method": "method approach algorithm technique strategy paradigm mechanism scheme loss module "
    "objective procedure decoding attention optimizer optimization pruning "
    "quantization distillation learning training fine-tuning methodology solution recipe attack "
    "defense reformulation extension regularization search sampler estimator",
    "framework": "framework pipeline",
    "system": "system systems engine platform infrastructure accelerator compiler simulator environment "
    "tool interface agent agents assistant app application scheduler server harness os",
    "model": "model models architecture architectures network networks transformer transformers family "
    "llm mllm vlm encoder decoder autoencoder tokenizer vae gpt series backbone codec generator "
    "detector classifier baseline foundation dit policy lm lmm vla net u-net diffusion captioner embeddings series",
    "dataset": "dataset datasets corpus corpora collection data database catalogue resource",
    "benchmark": "benchmark benchmarks suite testbed leaderboard arena evaluation metric metrics protocol "
    "testset competition scores score evaluations",
    "library": "library toolkit package toolbox software sdk",
    "survey": "survey review overview taxonomy perspective tutorial roadmap position reflection vision blueprint",
    "theory": "theory theorem bound bounds proof framework-for-analysis characterization formalism "
    "semantics identifiability expressivity uniqueness",
    "study": "study investigation analysis comparison exploration examination report evidence findings "
    "experiment experiments understanding replication retrospective",
}
_CLASS_OF = {word: name for name, words in reversed(_CLASS.items()) for word in words.split()}
# Words and pairs of words that say something of a kind wherever they stand.
_SAYS = {
    "survey": "survey surveys review overview tutorial perspective blog taxonomy roadmap discuss argue "
    "challenges+open directions+future directions+research opportunities",
    "theory": "prove proves proved proving provably theorem theorems proof proofs bound+lower bounds+lower "
    "bound+upper bounds+upper np-hard asymptotic asymptotically "
    "regret rate+convergence rates+convergence minimax lemma closed-form sufficient+and "
    "theoretical theoretically complexity",
    "study": "find+we found+we study+we investigate+we examine+we analyze+we observe+we explore+we "
    "show+we ask+we compare+we evaluate+we conduct+we findings "
    "analysis+our suggest+results indicate+results reveal+results study+this study+empirical "
    "study+systematic systematically empirically investigates+paper examines+paper explores+paper",
    "benchmark": "benchmark benchmarks benchmarking leaderboard evaluate+to evaluating evaluation+comprehensive",
    "dataset": "dataset datasets corpus annotated annotations annotation curated curate samples collected crowdsourced",
    "system": "system serving engine platform throughput gpu gpus hardware kernel kernels scheduling "
    "scheduler runtime deploy deployed deployment users user interactive "
    "multi-agent web-based compiler distributed",
    "library": "library toolkit package toolbox python api apis extensible modular",
    "model": "model parameters parameter pretrained pre-trained weights checkpoints architecture "
    "transformer network family 7b 8b 3b 1b 14b 32b 70b",
    "method": "training-free plug-and-play method approach algorithm strategy framework fine-tuning "
    "reinforcement optimization optimize decoding pruning quantization "
    "distillation loss",
    "winning": "outperform outperforms outperforming state-of-the-art sota surpass surpasses surpassing "
    "superior achieves achieving speedup",
}
_SAID_BY: dict[str, list[tuple[str, str]]] = {}
for _kind, _words in _SAYS.items():
    for _said_word in _words.split():
        _word, _, _before = _said_word.partition("+")
        _SAID_BY.setdefault(_word, []).append((_kind, _before))
_BENCH = re.compile(r"(?:[Bb]ench(?:mark)?|Eval|Arena|QA|BENCH|Gym)s?\b")
_LM = re.compile(r"(?:LM|GPT|LLaMA|BERT|former|Net|VLA|VLM|CLIP|Diffusion|DiT|VL|SAM|\d[BM])\b|\d$")
_DATA = re.compile(r"(?:\d[KkM]|Corpus|[Dd]ata|Set|Instruct)\b")


def kind_features(title: Text, text: Text, names: Sequence[str]) -> list[str]:
    """The features that speak for a kind."""
    found: set[str] = set()
    made = _made(text)
    intro = made[0] if made else text.words_of(text.first_own) if text.spans else (0, 0)
    found |= _heads(text, *intro)
    for first, last in made[1:2]:
        found |= {f"second:{feature}" for feature in _heads(text, first, last) if ":class=" in feature}
    found |= _of_title(title)
    counts = _said(text, 0, len(text.lows))
    for name in _SAYS:
        count = counts.get(name, 0)
        found.add(f"says:{name}={0 if not count else 1 if count == 1 else 2 if count < 4 else 3}")
    found |= {f"title:says:{name}" for name in _said(title, 0, len(title.lows))}
    found |= {f"intro:says:{name}" for name in _said(text, *intro)}
    found |= _doings(text, made)
    found |= _of_names(title.flat, names)
    return sorted(found)


def _said(text: Text, first: int, last: int) -> dict[str, int]:
    """How often words of each kind stand among the words from `first` up to `last`."""
    counts: dict[str, int] = {}
    lows = text.lows
    for at in range(first, last):
        said = _SAID_BY.get(lows[at])
        if said is None:
            continue
        for name, before in said:
            if not before or (at > first and lows[at - 1] == before):
                counts[name] = counts.get(name, 0) + 1
    return counts


def _made(text: Text) -> list[tuple[int, int]]:
    """The sentences, as numbers of words, in which the authors introduce something; three at most."""
    found = []
    for number in range(text.first_own, len(text.spans)):
        first, last = text.words_of(number)
        if _verb_of_authors(text.lows, first, last, INTRODUCE) >= 0:
            found.append((first, last))
            if len(found) == 3:
                break
    return found


def _verb_of_authors(lows: Sequence[str], first: int, last: int, verbs: frozenset[str]) -> int:
    """Where one of the verbs follows "we" or "this paper" closely; -1 if none does."""
    sentence = lows[first:last]
    if _AUTHORS.isdisjoint(sentence):
        made = {"proposed", "introduced", "presented"}.intersection(sentence) if verbs is INTRODUCE else ()
        return (
            next(
                (first + at for at, low in enumerate(sentence) if low in made and sentence[at - 1] in {"is", "are"}), -1
            )
            if made
            else -1
        )
    for at, low in enumerate(sentence):
        if low in _AUTHORS:
            for verb in range(at + 1, min(len(sentence), at + 5)):
                if sentence[verb] in verbs:
                    return first + verb
    return -1


def _heads(text: Text, first: int, last: int) -> set[str]:
    """The nouns by which a sentence says what is introduced, and their classes."""
    found: set[str] = set()
    lows, flat = text.lows, text.flat
    verb = next((at for at in range(first, last) if lows[at] in INTRODUCE), -1)
    if verb >= 0 and verb + 1 < last:
        found |= _noun(_phrase(text, verb + 1, last), "i:propose")
    for at in range(max(first, 1), last - 1):
        gap = flat[text.ends[at - 1] : text.starts[at]]
        if (lows[at] in {"a", "an", "the", "our"} and gap[:1] in {",", ")", "("}) or (
            lows[at] in {"a", "an"} and " -" in gap
        ):
            found |= _noun(_phrase(text, at, last), "i:appose")
            break
    return found


def _phrase(text: Text, first: int, last: int) -> list[str]:
    """The words of the noun phrase that begins at a word: up to a stop or a word that ends it."""
    lows, flat = text.lows, text.flat
    at = first
    while at < last and lows[at] in _STARTS_NP:
        at += 1
    phrase: list[str] = []
    while at < last and len(phrase) < 10 and lows[at] not in _ENDS_NP:
        phrase.append(lows[at])
        if at + 1 < last and flat[text.ends[at] : text.starts[at + 1]].strip():
            break
        at += 1
    return phrase


def _noun(words: Sequence[str], where: str) -> set[str]:
    if not words:
        return set()
    last = words[-1]
    found = {f"{where}:{last}"}
    if len(words) > 1:
        found.add(f"{where}:{words[-2]} {last}")
    name = _CLASS_OF.get(last)
    if name:
        found.add(f"{where}:class={name}")
    found |= {f"{where}:has={_CLASS_OF[word]}" for word in words[:-1] if word in _CLASS_OF}
    return found


def _of_title(title: Text) -> set[str]:
    colon = title.flat.find(":")
    first = title.word_at(colon) if colon >= 0 else 0
    found = _noun(_phrase(title, first, len(title.lows)), "t")
    found |= {f"t:has={_CLASS_OF[word]}" for word in title.lows if word in _CLASS_OF}
    if title.lows:
        found.add(f"t:first={title.lows[0]}")
    if "?" in title.flat:
        found.add("title:asks")
    return found


def _doings(text: Text, made: Sequence[tuple[int, int]]) -> set[str]:
    looked = []
    for number in range(len(text.spans)):
        verb = _verb_of_authors(text.lows, *text.words_of(number), _LOOK)
        if verb >= 0:
            looked.append(verb)
    found = {f"makes={len(made)}", f"looks={min(3, len(looked))}"}
    if made and looked:
        found.add("makes:first" if made[0][0] < looked[0] else "looks:first")
    return found


def _of_names(title: str, names: Sequence[str]) -> set[str]:
    found = {f"names={min(3, len(names))}"}
    head = title.split(":")[0] if ":" in title else ""
    for where, text in (("name", names[0] if names else ""), ("title", head)):
        for what, pattern in (("bench", _BENCH), ("model", _LM), ("data", _DATA)):
            if pattern.search(text):
                found.add(f"{where}:{what}")
    found.add("title:colon" if head else "title:plain")
    if not head and not names:
        found.add("title:plain&names=0")
    if head and len(head.split()) == 1:
        found.add("title:name")
    return found


def kind(title: Text, text: Text, names: Sequence[str]) -> str:
    """The likeliest of the nine kinds."""
    features = kind_features(title, text, names)
    return max(KINDS, key=lambda one: score(weights(f"kind:{one}"), features))
