"""What speaks for and against a quantity being a claim: named features of its kind, its neighbours and its sentence.

Every feature is a plain rule over words; `weights.json` says how much each counts (see `docs/dev/extraction.md`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from broadsheet.results.extraction.quantities import Quantity
from broadsheet.results.extraction.text import Text

_RESULT = re.compile(
    r"\b(?:[Ee]xperiment\w*|[Rr]esults?|[Ee]valuat\w+|[Ee]mpirical\w*|demonstrat\w+|[Nn]otably|"
    r"[Rr]emarkably|[Ss]pecifically|"
    r"outperform\w*|surpass\w*|achiev\w+|state-of-the-art|SOTA|show(?:s|ed|ing)?|find|found|"
    r"observe[ds]?|reveal\w*|[Ii]n particular|"
    r"[Ff]or (?:example|instance)|[Cc]ompared|benchmarks?|[Oo]n [A-Z])\b"
)
_OTHERS = re.compile(
    r"\b(?:[Ee]xisting|[Pp]rior|[Pp]revious|[Cc]urrent|[Rr]ecent|[Tt]raditional|[Cc]onventional|"
    r"[Cc]ommon|[Tt]ypically|[Oo]ften|"
    r"[Hh]owever|[Dd]espite|[Ww]hile many|[Ss]uffer\w*|[Hh]umans?|[Hh]as been|[Hh]ave been|"
    r"[Pp]opular|[Ww]idely|et al)\b"
)
_GAIN = re.compile(
    r"\b(?:improv\w+|reduc\w+|outperform\w*|surpass\w*|exceed\w*|increas\w+|decreas\w+|boost\w*|"
    r"gains?|gained|speed(?:s|ing|ed)?[\s-]?ups?|"
    r"speedups?|faster|slower|fewer|less|lower\w*|higher|better|more|accelerat\w+|sav(?:e|es|ed|"
    r"ing|ings)|cut(?:s|ting)?|drops?|"
    r"dropped|degradation|degrad\w+|loss(?:es)?|lossless|compress\w*|smaller|shrink\w*|larger|"
    r"longer|shorter|cheaper|rais(?:e|es|ing)|"
    r"rises?|advantage|margins?|overhead|lift\w*|enhanc\w+|efficien\w+|relative|absolute|"
    r"declin\w+|narrow\w*|clos(?:es|ing)|"
    r"beat(?:s|ing)?|advanc\w+|halv\w+|scal(?:es|ing)|extend\w*|delta|trim\w*|lighter|"
    r"over(?=\sthe\s)|degrades?|mitigat\w+|alleviat\w+)\b",
    re.IGNORECASE,
)
_REACH = re.compile(
    r"\b(?:achiev\w+|attain\w*|reach\w*|obtain\w*|yield\w*|scor(?:e|es|ed|ing)|get(?:s|ting)?|"
    r"deliver\w*|record\w*|establish\w*|"
    r"set(?:s|ting)?|solv\w+|resolv\w+|hit(?:s|ting)?|accuracy|rates?|success|recall|precision|F1|"
    r"AUC|FID|BLEU|PSNR|mAP|mIoU|IoU|"
    r"maintain\w*|retain\w*|preserv\w+|recover\w*|run(?:s|ning)?|preferred|prefer\w*|win|wins|"
    r"correct\w*|rank\w*|agreement|correlation|"
    r"perform(?:s|ance|ing)?|produc\w+|remain\w*|limited)\b",
    re.IGNORECASE,
)
_BOUND_LEFT = re.compile(
    r"(?:\bup\sto|\bover|\bmore\sthan|\bat\sleast|\bat\smost|\bless\sthan|\bunder|\bbelow|\babove|"
    r"\bexceeding|\bnearly|\balmost|"
    r"\bapproximately|\babout|\baround|\broughly|\ban?\saverage\sof|\bmaximum\sof|\bmerely|\bby|"
    r"\bfewer\sthan|[<>~+])\s?"
    r"(?:an?\s|to\s|as\smuch\sas\s|\+|~)?$"
)
_COST = re.compile(
    r"\b(?:only|just|merely|mere|as\s(?:few|little|low|small|much|high|fast)\sas|in\s(?:under|"
    r"less\sthan|about|around|approximately)|within|under|requir\w+|us(?:es|ing)\s(?:only|just)|"
    r"fewer\sthan|less\sthan|instead\sof|at\s(?:only|just|a\scost))\b[^.;]{0,25}$"
)
_VERSUS = re.compile(
    r"(?:\bcompared\s(?:to|with)|\bversus|\bvs\.?|\bthan|\brather\sthan|\binstead\sof|\bwhile|"
    r"\bwhereas|\bagainst|\bfrom)\s"
    r"(?:[\w'-]+\s){0,5}?(?:of\s|at\s|by\s|over\s|only\s|\(|~)?$"
)
_NEGATED = re.compile(
    r"\b(?:baselines?|existing|prior|previous|others?|competitors?|humans?|GPT-\S+|"
    r"random)\b[^,;]{0,40}$"
)
_DESCRIBES = re.compile(
    r"\b(?:compris\w+|contain\w*|consist\w*|span\w*|cover\w*|includ\w+|features?|featuring|"
    r"collect\w*|curat\w+|construct\w*|annotat\w+|"
    r"trained|pre-?train\w*|fine-?tun\w+|dataset|corpus|sampled?|totall?ing|total\sof|across|"
    r"among|with\sa\stotal|drawn|compil\w+|"
    r"ranging\sfrom|rang\w+|varying|sizes?|spanning|scales?\sof|set\sof|pool\sof|sequences?\sof|"
    r"at\sscales?|context)\b[^,;.]{0,45}$",
    re.IGNORECASE,
)
_SETTING_RIGHT = re.compile(
    r"\s?-?(?:[A-Za-z][\w-]*\s){0,3}?(?:tokens|samples|images|videos?|hours\sof|frames|tasks|"
    r"datasets?|benchmarks|questions|pairs|papers|"
    r"models?|languages|GPUs?|nodes|cores|layers|parameters|params|users|participants|instances|"
    r"examples|problems|domains|categories|"
    r"classes|scenes|documents|articles|sentences|words|resolution|sparsity|quantization|"
    r"precision|weights?|epochs|years|data|noise|"
    r"environments|clips|trajectories|steps|seeds|agents|scenarios|annotations|levels?|annotators|"
    r"experts|heads|context|LLMs|MLLMs|"
    r"runs|trials|subjects|patients|objects|records|dimensions|confidence|VLMs|networks?|"
    r"architectures?|variants?|checkpoints?|"
    r"budget|mask\w*|settings?|queries|prompts|repositories|of\s(?:the\s)?(?:tokens|data|samples|"
    r"cases|questions|time|attention|users))\b"
)
_OF_RIGHT = re.compile(r"\s?of\s(?:the\s|all\s|their\s|its\s)?([a-z-]+)")
_COMPARED_RIGHT = re.compile(
    r"\s?\)?,?\s?(?:[\w-]+\s){0,4}?(?:over|than|compared|relative\sto|against|versus|vs|"
    r"with\srespect|as\scompared|better|higher|lower|faster|fewer|"
    r"less|smaller|more|larger|cheaper)\b"
)
_GAIN_RIGHT = re.compile(
    r"\s?(?:\)|-)?\s?(?:[\w-]+\s){0,3}?(?:improvements?|reductions?|gains?|increases?|decreases?|"
    r"speed[\s-]?ups?|accelerations?|savings?|"
    r"boosts?|drops?|degradation|loss|losses|compression|accuracy|success|precision|recall|"
    r"throughput|latency|efficiency|performance|"
    r"score|scores|rate|rates|F1|AUC|mAP|BLEU|FID|PSNR|faster|slower|higher|lower|fewer|smaller|"
    r"less|better|overhead|error|relative|"
    r"absolute|of\sthe\s(?:performance|accuracy|cost|parameters|memory|compute|computation|"
    r"original|training|FLOPs|time|data|budget)|"
    r"fidelity|retention|leads?|margins?|advantage|preference|win|uplift|agreement|correlation)\b",
    re.IGNORECASE,
)
METRIC = re.compile(
    r"\b(?:FID|FVD|BLEU(?:-\d)?|ROUGE(?:-\w)?|METEOR|CIDEr|SPICE|PSNR|SSIM|LPIPS|PESQ|STOI|MOS|"
    r"WER|CER|mAP(?:@[\d.]+)?|AP(?:50)?|mIoU|IoU|"
    r"AUC|AUROC|AUPRC|F1(?:[\s-][Ss]core|-macro|-micro|@\w+)?|RMSE|MSE|MAE|nDCG(?:@\d+)?|"
    r"NDCG(?:@\d+)?|MRR(?:@\d+)?|MCC|"
    r"[A-Z]\w*[Ss]core|FIDs|[rgs]FID|SRCC|PLCC|NMI|ARI|NSD|SNR|BD-?\w*|accurac(?:y|ies)|precision|"
    r"recall|Recall@\d+|R@\d+|Hit@\d+|Hits@\d+|pass@\d+|Pass@\d+|perplexit(?:y|ies)|PPL|scores?|"
    r"correlations?|Spearman|Pearson|kappa|Elo|error|Dice|DSC|SI-SDR|SDR|ratings?|R\^?2|IS|CLIP[\s-]?[Ss]core|CDM|EM|"
    r"Kendall|tau|rho|fitness|IoU|IQA|reward|win[\s-]rate|success[\s-]rates?|FIDs|agreement|AEE|"
    r"EPE|PickScore|HPSv\d|loss)\b"
)
_SETTING_LEFT = re.compile(r"\b(?:at|under|with|on|for|of|to|a|an|the|and|in|top|over)\s(?:an?\s|the\s)?(?:[a-z]+\s)?$")
_TUNED = re.compile(
    r"(?:\b(?:with|at|using|set(?:ting)?|top|rank|temperature|threshold|epsilon|alpha|beta|gamma|"
    r"k|K|N|n|T|C|D|lambda|p|delta|batch\ssize|"
    r"learning\srate|window|size|length|rate|version|level|factor|depth|width|ratio|"
    r"probability)\s?(?:of|=|<|>|is)?|[=^_])\s?$"
)
_AROUND_NAME = re.compile(r"[A-Z][\w.-]*\s$")
_OTHERS_BRACKET = re.compile(
    r"\b(?:surpass\w*|outperform\w*|exceed\w*|compared|than|over|vs|below|versus|approach\w*|"
    r"against|beat\w*|rival\w*|matching|behind|like)\b[^.;()]{0,60}\(\s?$"
)
_EXAMPLE = re.compile(r"\((?:e\.g\.?|i\.e\.?|such as),?\s[^()]{0,40}$")
_ONLY_BRACKET = re.compile(r"\(\s?[~<>+]?$")
_SECTION = re.compile(
    r"\b(?:Section|Sec\.|Table|Figure|Fig\.|Theorem|Lemma|Eq\.|Chapter|Task|Part|Phase|Stage|Step|"
    r"Level|version|v|in|since|of|by|year)\s$"
)


@dataclass(slots=True)
class Setting:
    """What all quantities of one text share.

    `names` and `kind` are what the title says of the contribution's name and kind (`setting_of`).
    """

    text: Text
    names: Sequence[str]
    kind: str
    _own: dict[int, bool] = field(default_factory=dict)

    def speaks_of_own(self, sentence: int) -> bool:
        """Whether a sentence names the authors or their paper."""
        if sentence not in self._own:
            self._own[sentence] = self.text.speaks_of_own(*self.text.words_of(sentence))
        return self._own[sentence]


_TITLE_KINDS = (
    (
        "survey",
        re.compile(r"\b(?:survey|review|overview|perspectives?|challenges|position|tutorial|roadmap)\b", re.IGNORECASE),
    ),
    ("benchmark", re.compile(r"bench\b|\b(?:benchmark\w*|evaluat\w+|arena)\b|eval\b", re.IGNORECASE)),
    ("dataset", re.compile(r"\b(?:datasets?|corpus|corpora)\b", re.IGNORECASE)),
    (
        "study",
        re.compile(
            r"\b(?:study|understanding|analysis|analyzing|rethinking|investigat\w+|how|why|does|do|what)\b",
            re.IGNORECASE,
        ),
    ),
)
_TITLE_NAME = re.compile(r"\s*([^:]{2,30}):\s")


def setting_of(title: str, text: Text) -> Setting:
    """The setting of an abstract, with the name and the kind that its title tells at first sight."""
    kind = next((kind for kind, pattern in _TITLE_KINDS if pattern.search(title)), "method")
    name = _TITLE_NAME.match(title)
    names = [name[1].strip()] if name and len(name[1].split()) < 4 else []
    return Setting(text, names, kind)


def claim_features(one: Quantity, at: int, setting: Setting, previous: Quantity | None) -> list[str]:
    """The names of the features that hold for a quantity in sentence `at`; `previous` is the one before it there."""
    start, end = setting.text.spans[at]
    flat = setting.text.flat
    left, right = flat[max(start, one.start - 90) : one.start], flat[one.end : min(end, one.end + 80)]
    found = [f"kind={one.kind}"]
    if one.value_high is not None:
        found.append("pair" if one.pair else "range")
    if one.kind == "bare":
        found.append("bare:decimal" if one.decimal else "bare:whole")
    found += _of_sentence(flat[max(start, one.start - _AROUND) : min(end, one.end + _AROUND)], at, setting, one.kind)
    found += _of_left(left, one)
    found += _of_right(right, one)
    if previous is not None:
        found.append("after:same" if previous.kind == one.kind else "after:other")
    return found


def _of_sentence(sentence: str, at: int, setting: Setting, kind: str) -> list[str]:
    found = []
    own = setting.speaks_of_own(at) or any(name in sentence for name in setting.names)
    if own:
        found.append("own")
    if at < setting.text.first_own and not own:
        found.append("background")
    if _RESULT.search(sentence):
        found.append("result")
    if not own and _OTHERS.search(sentence):
        found.append("others")
    position = at / max(1, len(setting.text.spans) - 1)
    found.append("early" if position < 0.34 else "late" if position > 0.6 else "middle")
    found.append(f"paper={setting.kind}")
    if setting.kind in {"benchmark", "dataset", "survey", "study", "theory"}:
        found.append(f"paper={setting.kind}&{'percent' if kind == 'percent' else 'other'}")
    return found


# What is looked for before a number: the feature, the pattern, whether in the last words alone, and whether it also
# counts for the kind of the number.
_LEFT = (
    ("left:gain", _GAIN, True, False),
    ("left:reach", _REACH, True, False),
    ("left:bound", _BOUND_LEFT, False, False),
    ("left:cost", _COST, False, True),
    ("left:others", _NEGATED, True, False),
    ("left:describes", _DESCRIBES, False, True),
    ("left:metric", METRIC, True, True),
    ("left:bracket", _ONLY_BRACKET, True, True),
    ("left:example", _EXAMPLE, False, False),
    ("left:tuned", _TUNED, True, True),
)
# So much of a sentence that never ends is looked at.
_AROUND = 500
_BY = ("by ", "by up to ", "by over ", "by about ", "by more than ", "by at least ", "by nearly ")


def _of_left(left: str, one: Quantity) -> list[str]:
    found: list[str] = []
    near = left[-45:]
    for feature, pattern, nearby, with_kind in _LEFT:
        if pattern.search(near if nearby else left):
            found.append(feature)
            if with_kind:
                found.append(f"{feature}&{one.kind}")
    if "left:bracket" in found and _OTHERS_BRACKET.search(left):
        found.append("left:bracket:others")
    if _VERSUS.search(near) and not near.endswith("by "):
        found.append("left:versus")
    if near.endswith(_BY):
        found.append("left:by")
    if near.endswith("+"):
        found.append("left:plus")
    if one.size > 3:
        found.append("list:long")
    if one.kind in {"bare", "scale", "count"} and _AROUND_NAME.search(near):
        found.append("left:name")
    if one.kind in {"bare", "time"} and _SECTION.search(near):
        found.append("left:section")
    return found


def _of_right(right: str, one: Quantity) -> list[str]:
    found = []
    if _GAIN_RIGHT.match(right):
        found += ["right:gain", f"right:gain&{one.kind}"]
    if _COMPARED_RIGHT.match(right):
        found.append("right:compared")
    if _SETTING_RIGHT.match(right):
        found += ["right:setting", f"right:setting&{one.kind}"]
    if METRIC.search(right[:22]):
        found += ["right:metric", f"right:metric&{one.kind}"]
    if right.startswith((")", " )")):
        found.append("right:closed")
    thing = _OF_RIGHT.match(right)
    if thing:
        found.append(f"right:of&{one.kind}")
    if right.startswith((" on ", " in ", " for ")):
        found += ["right:on", f"right:on&{one.kind}"]
    if right.startswith("-") or (one.kind in {"bare", "scale", "time", "fixed"} and right.startswith(" -")):
        found.append("right:hyphen")
    return found
