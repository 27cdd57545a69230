"""What a claim measures, and in which direction that is better."""

from __future__ import annotations

import re
from dataclasses import dataclass

HIGHER, LOWER = "higher", "lower"

_WORD = r"[A-Za-z][\w@^/'-]*(?:\.\d+)?"
# Words that end a noun phrase, to the right as to the left.
_STOP = (
    r"(?:and|or|but|while|whereas|which|that|who|on|in|for|over|than|compared|relative|against|"
    r"versus|vs|with|without|across|when|where|"
    r"using|under|at|by|to|from|as|is|are|was|were|be|been|can|could|may|of|via|through|after|"
    r"before|between|we|our|it|its|their|this|these|"
    r"the|a|an|achiev\w+|obtain\w*|yield\w*|surpass\w*|outperform\w*|reach\w*|respectively|thus|"
    r"only|both|up|even|also|further|has|have|not|"
    r"during|among|per|within|improv(?:e|es|ed|ing)|reduc(?:e|es|ed|ing)|show\w*|demonstrat\w+|"
    r"making|enabling|requir\w+|sufficient|if)"
)
_PHRASE = rf"(?:(?<![A-Za-z])(?!{_STOP}(?![\w-])){_WORD})(?:[\s-](?!{_STOP}(?![\w-])){_WORD}){{0,4}}"
_COMPARATIVE = {
    "faster": ("speedup", HIGHER),
    "quicker": ("speedup", HIGHER),
    "slower": ("slowdown", LOWER),
    "smaller": ("size", LOWER),
    "larger": ("size", HIGHER),
    "bigger": ("size", HIGHER),
    "longer": ("length", HIGHER),
    "shorter": ("length", LOWER),
    "cheaper": ("cost", LOWER),
    "lighter": ("size", LOWER),
    "better": ("performance", HIGHER),
    "higher": ("performance", HIGHER),
    "lower": ("", LOWER),
    "fewer": ("", LOWER),
    "less": ("", LOWER),
    "more": ("", HIGHER),
    "worse": ("performance", LOWER),
    "greater": ("", HIGHER),
    "improved": ("", HIGHER),
    "reduced": ("", LOWER),
    "increased": ("", HIGHER),
    "fast": ("speedup", HIGHER),
    "wider": ("", HIGHER),
    "compressed": ("size", LOWER),
    "accelerated": ("speedup", HIGHER),
    "extra": ("", LOWER),
    "additional": ("", LOWER),
    "denser": ("", HIGHER),
    "deeper": ("", HIGHER),
}
_CHANGE = (
    r"(?:improvements?|reductions?|gains?|increases?|decreases?|savings?|boosts?|drops?|degradations?|declines?|"
    r"enhancements?|lifts?|uplifts?|margins?|advantage|jumps?|rises?|leads?|saving|cuts?|loss|losses|advances?|hike)"
)
_WORSE = re.compile(
    r"\b(?:drops?|degradations?|declines?|loss|losses|decreases?|deterioration|overhead|gap|"
    r"collapse|slowdown)\b"
)
_LOW = re.compile(
    r"\b(?:latenc(?:y|ies)|memory|vram|ram|footprint|cost|costs|errors?|size|sizes|storage|fid|"
    r"fvd|[rgs]fid|kid|perplexity|ppl|wer|cer|per|rmse|mse|mae|"
    r"lpips|epe|steps?|timesteps?|nfes?|parameters?|params|weights|flops?|macs|gflops|tflops|"
    r"compute|computation|computations|computational|time|times|runtime|"
    r"run-time|energy|power|tokens?|consumption|usage|utili[sz]ation\sof\smemory|bandwidth|"
    r"footprints|overheads?|drop|drops|degradation|loss|losses|"
    r"gap|slowdown|decline|decrease|hallucinations?|violations?|collisions?|toxicity|bias|regret|"
    r"variance|forgetting|failures?|calls|"
    r"iterations?|epochs?|samples|examples|labels|labelled|annotations?|annotated|demonstrations?|"
    r"trajectories|passes|budget|length(?=\sreduc)|expenses?|spending|price|delay|ttft|tpot|"
    r"stalls?|traffic|communication|transfer(?:red)?|bytes|bits|queries|interactions|data|"
    r"training\sset|pairs|gpus?|gpu-hours|hours|area|"
    r"harmfulness|attack\ssuccess\srate|asr|asr\srate|leakage|distortion|deviation|distance|"
    r"uncertainty|instability|discrepancy|misalignment|"
    r"pages|words\sneeded|resources|effort|workload|load|redundancy|chains|traces|charges|bitrate|"
    r"bit-rate|density|divergence|text\sedit|edit\sdistance|"
    r"susceptibility|imbalance|brier|ece|waste|slow-?downs?|outliers|jitter|drift|failure\srate|"
    r"rejection|cache|reliance|vulnerability)\b",
    re.IGNORECASE,
)
_HIGH = re.compile(
    r"\b(?:speed[\s-]?ups?|speeds?|accelerations?|throughputs?|accurac(?:y|ies)|f1|auc|auroc|"
    r"precision|recall|scores?|success|performance|efficienc(?:y|ies)|"
    r"compression|bleu|rouge|psnr|ssim|map|miou|iou|dice|elo|win|preferred|preference|correlation|"
    r"agreement|sparsity|capacity|context|resolution|length|"
    r"coverage|rate\sof\s(?:success|acceptance)|acceptance|pass|resolv\w+|solv\w+|quality|fps|"
    r"frame|robustness|utili[sz]ation|"
    r"retention|fidelity|consistency|generation\srate|completion|gains?|improvements?|hit|ndcg|"
    r"mrr|reward|returns?|leakage\sratio|"
    r"alignment|diversity|reusab\w+|savings?\srate|generali[sz]ation|safety|factuality|reduction\sin)\b",
    re.IGNORECASE,
)

_SCORES = re.compile(
    r"(?:[rgs]?FID|FVD|KID|BLEU(?:-\d)?|ROUGE(?:-\w)?|METEOR|CIDEr|PSNR|SSIM|LPIPS|PESQ|STOI|MOS|"
    r"WER|CER|mAP|mIoU|IoU|AUC|AUROC|AUPRC|F1|RMSE|MSE|MAE|"
    r"[nN]DCG|MRR|MCC|PickScore|HPSv\d|CDM|Elo|SRCC|PLCC|NMI|ARI|SDR|SI-SDR|EPE|PPL|perplexity|κ|"
    r"CLIPScore|CometScore|BERTScore|ECE)"
)
_SCORE_LEFT = re.compile(
    rf"\b({_SCORES.pattern})s?(?:@[\w.]+|-\w+)?\)?(?:[\s-](?:scores?|values?|gains?|improvements?|"
    rf"increases?|reductions?|ratings?|of|"
    rf"is|at|to|from|=|:|by|up|over|about|~|a|an|around|\+|\(|\w+\sby)){{0,4}}\s?[(=:~+]*\s?$"
)
_SCORE_RIGHT = re.compile(rf"\s({_SCORES.pattern})s?\b(?!@)")


@dataclass(slots=True)
class Metric:
    """What is measured: its words, the direction that is better, and where it stands (-1: nowhere in the text)."""

    text: str
    direction: str
    start: int = -1
    end: int = -1


def score_unit(left: str, right: str) -> str:
    """The unit of a number that has none: the name of a known score beside it, or nothing."""
    match = _SCORE_RIGHT.match(right) or _SCORE_LEFT.search(left[-45:])
    return match[1] if match else ""


def direction_of(text: str) -> str:
    """In which direction a metric is better."""
    if _WORSE.search(text):
        return LOWER
    high = low = -1
    for match in _HIGH.finditer(text):
        high = match.end()
    for match in _LOW.finditer(text):
        low = match.end()
    return LOWER if low > high else HIGHER


_TRIM_LEFT = re.compile(
    r"^(?:(?:the|a|an|of|in|its|their|our|overall|relative|absolute|additional|further|average|"
    r"averaged|mean|median|geomean|maximum|max|total|new|consistent|"
    r"significant|substantial|remarkable|impressive|notable|considerable|strong|high|higher|lower|"
    r"low|better|best|less|more|fewer|greater|improved|"
    r"increased|reduced|decreased|extra|minimal|marginal|negligible|small|large|only|just|"
    r"state-of-the-art|sota|superior|up|to|competitive|"
    r"unprecedented|perfect|point|points|percentage|great|significantly|and|an|substantially|over|"
    r"about|around|nearly|corresponding)\b[\s-]*)+",
    re.IGNORECASE,
)
_TRIM_RIGHT = re.compile(rf"(?<=\w)[\s-]+{_CHANGE}$", re.IGNORECASE)


def tidy(text: str) -> str:
    """A metric's words without articles, praise and the word for the change, unless nothing else is there."""
    text = " ".join(text.split()).strip(" -,.;:()")
    text = _TRIM_LEFT.sub("", text) or text
    if not _WORSE.search(text):
        text = _TRIM_RIGHT.sub("", text)
    text = _TRIM_LEFT.sub("", text) or text
    return _PLURAL.sub(r"\1", text)


_PLURAL = re.compile(
    r"\b(speed-?up|speed up|throughput|score|FID|rate|accurac|acceleration|gain|improvement|"
    r"reduction|cost saving|PSNR|latenc)s$"
)


def measured(text: str) -> bool:
    """Whether words name something that is measured, rather than something that it is measured on."""
    last = " ".join(text.split()[-2:])
    return _HIGH.search(last) is not None or _LOW.search(last) is not None
