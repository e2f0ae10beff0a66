"""The fixtures are those of `place`."""

from place import *  # noqa: F403
