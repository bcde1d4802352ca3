"""Who is at the other end of a socket, where the operating system tells."""

import os
import socket
import struct
from typing import Protocol

_PID_UID_GID = struct.Struct("3i")  # Linux, unix(7), SO_PEERCRED
_VERSION_UID = struct.Struct("=II")  # macOS, sys/ucred.h, the beginning of struct xucred
_XUCRED_BYTES = 76
_SOL_LOCAL = 0
_LOCAL_PEERCRED = 1


class HasOptions(Protocol):
    """A socket, of the standard library or of trio."""

    def getsockopt(self, level: int, option: int, length: int, /) -> bytes:
        """Give the bytes of an option."""
        ...


def is_own_user(peer: HasOptions) -> bool:
    """Tell whether the process at the other end of *peer* is this user's, as far as can be told.

    The folder of the socket keeps others out in any case.
    """
    uid = _uid(peer)
    return uid is None or uid == os.geteuid()


def peer_pid(peer: HasOptions) -> int | None:
    """Give the process that has connected *peer*, 0 for one out of sight; None for unknown."""
    try:
        if hasattr(socket, "SO_PEERCRED"):
            option = socket.SO_PEERCRED
            told = peer.getsockopt(socket.SOL_SOCKET, option, _PID_UID_GID.size)
            return int(_PID_UID_GID.unpack(told)[0])
    except (OSError, struct.error):
        pass
    return None


def _uid(peer: HasOptions) -> int | None:
    try:
        if hasattr(socket, "SO_PEERCRED"):
            option = socket.SO_PEERCRED
            told = peer.getsockopt(socket.SOL_SOCKET, option, _PID_UID_GID.size)
            return int(_PID_UID_GID.unpack(told)[1])
        told = peer.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED_BYTES)
        return int(_VERSION_UID.unpack_from(told)[1])
    except (OSError, struct.error):
        return None
