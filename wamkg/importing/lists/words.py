"""Word lists: words that occur in titles, and tests for single words."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+(?:['’.+-][^\W_]+)*")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SHORTCODE = re.compile(r":[a-z][a-z0-9_+-]{1,30}:")
_SENTENCE = re.compile(
    r"\b(?:please|welcome|we|our|you|your|us|this repo\w*|this list|this page|click|see|refer to|thanks|star this|"
    r"feel free|has been|have been|was accepted|is released|will be)\b",
    re.I,
)
_TITLE_WORDS = """
a about across action actions active adaptation adaptive adversarial affordance agent agents agentic aided algorithm
algorithms aligned aligning alignment all always an analysis and anomaly any application applications approach
approaches are art artificial as assessment at attack attacks attention audio augmentation augmented autoencoder
automated automatic autonomous autoregressive bandit based baseline bayesian behavior behaviors benchmark benchmarking
benchmarks better between beyond bias bimanual body bootstrapping brain bridging building by can case causal chain
challenge challenges chat chatbot classification classifier clinical closed cloud clustering code cognitive
collaborative common commonsense communication comparison complex composition compositional comprehensive compression
computation computer computing conditional conditioned consistency constrained contact continual continuous contrastive
control controllable convolutional cooperative cost counterfactual cross data dataset datasets decision decoding deep
defense demonstrations denoising dense depth design detection detector development dexterous dialogue diffusion
direct discovery discrete discriminative distillation distributed distribution diverse do document does domain domains
driven driving dynamic dynamics early economic edge edit editing effect effective efficiency efficient embedding
embeddings embodied emergent emotion empirical encoder end enhanced enhancing ensemble environment environments error
estimation ethical evaluating evaluation evidence evolution example examples experience explainable explanation
exploration exploring extraction eye face factorization fair fairness fast feature features federated feedback few
field fields fine flow following for force forecasting foundation foundational framework from full function fusion
future game games gap gaussian general generalist generalization generalized generate generated generating generation
generative geometric geometry goal good gradient graph graphs grasping grounded grounding group guidance guide guided
hand health heterogeneous hierarchical high how human humanoid hybrid hyper identification image images imitation
implicit improved improving in inference information initial instance instruction instructions integrated intelligence
intelligent interaction interactive interpretable interpretation interpreting into introduction inverse is it iterative
joint judge kernel knowledge label language large latent law layer learn learned learner learners learning lessons
lifelong light like linear local localization locomotion long loss low machine machines make making manipulation many
map mapping marginal masked matching matrix medical memory meta method methods metric mining mixture mobile modal model
modeling modelling models modular module monitoring more motion multi multimodal natural navigation need network
networks neural new noise non normalization not novel object objects of off offline on one online open operator optical
optimal optimization order oriented overview parallel parameter parsing part passive past path perception performance
perspective perspectives physical physics planning play point policies policy pose position post practice predicting
prediction predictive preference pretrained pretraining principles prior priors probabilistic problem problems process
processing program programming programs progress progressive prompt prompting prompts protein quality quantization
quantum query question random ranking reading real reality reasoning recognition recommendation reconstruction recurrent
reinforcement relation relational reliable rendering report representation representations research retrieval review
reward rewards risk road roadmap robot robotic robotics robots robust robustness role safe safety sampling scalable
scale scaling scene scenes science score search segmentation self semantic semi sensor sequence sequential series shape
shared shot simple simulation simulator single skill skills small social software solving some sound source space sparse
spatial speech state states statistical step stochastic strategic strategies strategy streaming structure structured
study style super supervised supervision support survey surveys symbolic synthesis synthetic system systems tabular
tactile target task tasks teaching team technical techniques temporal test text the theory thinking thought time to
token tokens tool tools toward towards tracking training trajectory transfer transformation transformer transformers
translation tree trust trustworthy tuning tutorial two uncertainty under understanding unified unifying universal
unsupervised use user using value variational vector verification via video videos view vision visual
vocabulary voice weakly weights what when where which why with without word words work world worlds write writing you
your zero
"""
"""Words that occur in titles and hardly ever in names of people or methods."""
_COMMON = frozenset(_TITLE_WORDS.split())


def words_of(text: str) -> list[str]:
    """Return the words of a text; a hyphenated word counts as one."""
    return _WORD.findall(text)


def length_of(text: str) -> int:
    """Count the words of a text; two Chinese or Japanese characters count as one."""
    return len(text.split()) + len(_HAN.findall(text)) // 2


def is_common(word: str) -> bool:
    """Whether a word occurs in titles."""
    return word.lower() in _COMMON


def all_common(text: str) -> bool:
    """Whether a text consists only of such words; the parts of a hyphenated word count separately."""
    if text.isalpha():
        return text.lower() in _COMMON
    words = [part for word in words_of(text) for part in re.split(r"[-'’]", word)]
    return bool(words) and all(is_common(w) or w.isdigit() for w in words)


def is_telling(word: str) -> bool:
    """Whether a word is invented: with a capital or digit inside, like names of methods ("RT-2", "OpenVLA")."""
    return any(c.isdigit() or c.isupper() for c in word[1:]) or (word[:1].isdigit() and any(c.isalpha() for c in word))


def has_han(text: str) -> bool:
    """Whether a text has Chinese, Japanese or Korean characters."""
    return _HAN.search(text) is not None


def is_sentence(text: str) -> bool:
    """Whether words address the reader rather than name a work."""
    return _SENTENCE.search(text) is not None


def strip_marks(text: str) -> tuple[str, list[str]]:
    """Split off the symbols before a text (⚡ ⭐ 🔥 :star:); return the text and the symbols."""
    marks: list[str] = []
    position = 0
    while position < len(text):
        code = _SHORTCODE.match(text, position)
        kind = unicodedata.category(text[position])
        if code or kind in ("So", "Sk"):
            marks.append(code[0] if code else text[position])
        elif not (text[position].isspace() or kind in ("Mn", "Cf")):
            break
        position = code.end() if code else position + 1
    return text[position:].strip(), marks
