"""How many papers the survey's own list places in each leaf of `wam`."""

LEAVES = {
    "cascaded/explicit/learned": 12,
    "cascaded/explicit/geometric": 9,
    "cascaded/implicit": 10,
    "joint/autoregressive/explicit-decoupled": 3,
    "joint/autoregressive/unified-discrete": 4,
    "joint/autoregressive/predictive-latent": 1,
    "joint/diffusion/unified-stream/explicit": 7,
    "joint/diffusion/unified-stream/implicit": 2,
    "joint/diffusion/multi-stream/cross-attention": 10,
    "joint/diffusion/multi-stream/hidden-state": 4,
    "joint/diffusion/multi-stream/shared-representation": 2,
}
