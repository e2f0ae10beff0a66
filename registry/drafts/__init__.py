"""Documents in the making: saved, resumed, reviewed, and at last filed; never judged before."""
