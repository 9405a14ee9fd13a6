// Takes away what a process does not need once it has attached to its device and opened its files. Who breaks into
// it by a packet can read and write what is open, and nothing else.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace tunstack {

/// Sanitizers read files and trace threads when the process ends; in their builds it keeps what they need, which is
/// nearly all.
#ifdef __has_feature
inline constexpr bool sanitizers_watch = __has_feature(address_sanitizer);
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitizers_watch = true;
#else
inline constexpr bool sanitizers_watch = false;
#endif

struct User {
  std::string name;
  uid_t uid;
  gid_t gid;
};

/// Whether this process may make and change devices here: CAP_NET_ADMIN.
bool may_administer_network();

/// Throws UsageFault: there is no such user, or this process cannot become another one.
User find_user(const std::string& name);

/// Becomes this user with no group but the first, in all threads. Throws SystemError.
void become_user(const User& user);

/// Without return: no new privileges, no capabilities, not dumpable, no files but those that are open (Landlock) and
/// no system calls but those that a stack makes (seccomp). The calls are limited in all threads, the rest in this one
/// and those that it makes. Throws SystemError.
void enter_sandbox();

/// Likewise for the process that takes back what a stack changed: it may administer the network and remove files in
/// `directories`. Throws SystemError.
void enter_sandbox_of_caretaker(const std::vector<std::string>& directories);

}  // namespace tunstack
