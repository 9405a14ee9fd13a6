#include "tunstack/sandbox/sandbox.hpp"

#include <cap-ng.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>

#include "tunstack/fault.hpp"
#include "tunstack/sandbox/file_access.hpp"
#include "tunstack/sandbox/system_calls.hpp"

namespace tunstack {

namespace {

void require_done(bool done, const std::string& what) {
  if (!done)
    throw SystemError(fmt::format("cannot {}: {}", what, std::strerror(errno)), "the kernel refused it",
                      "--no-sandbox goes without this protection");
}

/// All but those in `kept`, of which a process may lack some from the start.
void drop_capabilities(std::initializer_list<unsigned> kept) {
  require_done(::capng_get_caps_process() == 0, "read the capabilities");
  std::vector<unsigned> held;
  for (const unsigned capability : kept)
    if (::capng_have_capability(CAPNG_PERMITTED, capability)) held.push_back(capability);
  // The bounding set needs a right to be made smaller; without new privileges it is of no use anyway.
  const bool may_bound = ::capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) != 0;
  ::capng_clear(CAPNG_SELECT_ALL);
  for (const unsigned capability : held)
    ::capng_update(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED), capability);
  const int applied = ::capng_apply(may_bound ? CAPNG_SELECT_ALL : CAPNG_SELECT_CAPS);
  require_done(applied == 0, "drop the capabilities");
}

/// Nobody of the same user looks into this process, and no core file shows what it held.
void hide_memory() {
  const rlimit none{0, 0};
  require_done(::setrlimit(RLIMIT_CORE, &none) == 0, "forbid core files");
  require_done(::prctl(PR_SET_DUMPABLE, 0) == 0, "hide the memory of this process");
}

void confine(Confined who, std::initializer_list<unsigned> capabilities, const std::vector<std::string>& directories) {
  drop_capabilities(capabilities);
  require_done(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "renounce new privileges");
  if (sanitizers_watch) return;
  hide_memory();
  forbid_file_access(directories);
  limit_system_calls(who);
}

}  // namespace

bool may_administer_network() {
  return ::capng_get_caps_process() == 0 && ::capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN) != 0;
}

User find_user(const std::string& name) {
  const passwd* entry = ::getpwnam(name.c_str());
  if (entry == nullptr)
    throw UsageFault(fmt::format("there is no user '{}'", name.substr(0, 40)), "the system does not know this name",
                     "choose another one with --user, for example nobody");
  if (::geteuid() != 0)
    throw UsageFault(fmt::format("cannot become the user '{}'", name.substr(0, 40)),
                     "only root can become another user", "leave out --user");
  return {name, entry->pw_uid, entry->pw_gid};
}

void become_user(const User& user) {
  const bool done = ::setgroups(1, &user.gid) == 0 && ::setresgid(user.gid, user.gid, user.gid) == 0 &&
                    ::setresuid(user.uid, user.uid, user.uid) == 0;
  if (!done)
    throw SystemError(fmt::format("cannot become the user '{}': {}", user.name, std::strerror(errno)),
                      "root lacks CAP_SETUID here, or the user is not mapped into this namespace", "leave out --user");
}

void enter_sandbox() { confine(Confined::stack, {}, {}); }

void enter_sandbox_of_caretaker(const std::vector<std::string>& directories) {
  // The directory of the socket may belong to another user than root.
  confine(Confined::caretaker, {CAP_NET_ADMIN, CAP_DAC_OVERRIDE}, directories);
}

}  // namespace tunstack
