// Which system calls a process may still make: one allow list for each kind of process, enforced by seccomp.
#pragma once

#include <cstdint>

namespace tunstack {

/// `stack`: reads and writes files that are open, waits, makes threads. `caretaker`: besides, changes links by
/// rtnetlink and removes sockets.
enum class Confined : std::uint8_t { stack, caretaker };

/// From here on every other call fails with EPERM, in this process and all its threads, for ever. Needs no_new_privs.
/// Throws SystemError.
void limit_system_calls(Confined who);

}  // namespace tunstack
