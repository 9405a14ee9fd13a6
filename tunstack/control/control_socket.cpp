#include "tunstack/control/control_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

constexpr std::string_view prefix = "tunstack-";
constexpr std::string_view suffix = ".sock";
constexpr const char* before_listening = ".new";        // behind the name
constexpr timeval patience{.tv_sec = 3, .tv_usec = 0};  // of a client

/// Nothing where the path is too long.
std::optional<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return std::nullopt;
  path.copy(address.sun_path, path.size());
  return address;
}

FileDescriptor new_socket(int flags) {
  return FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
}

enum class Owner : std::uint8_t { nobody, self, another };

/// Of a socket; another kind of file is nobody's.
Owner owner_of(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return Owner::nobody;
  return status.st_uid == ::geteuid() ? Owner::self : Owner::another;
}

/// Nothing, and the errno, where nobody listens.
FileDescriptor connected(const std::string& path, int flags) {
  FileDescriptor socket = new_socket(flags);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const auto address = address_of(path);
  if (!address) errno = ENAMETOOLONG;
  if (address && ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0)
    return socket;
  return {};
}

struct FoundSocket {
  StackName name;
  std::string path;
};

/// All that bear such a name, in one directory.
std::vector<FoundSocket> sockets_in(const std::string& directory) {
  std::vector<FoundSocket> found;
  std::error_code ignored;
  for (std::filesystem::directory_iterator at(directory, ignored), end; at != end; at.increment(ignored))
    if (auto name = parse_file_name(at->path().filename().string())) found.push_back({*name, at->path().string()});
  return found;
}

/// A connection to a socket of this user, which is removed if nobody listens there any more.
FileDescriptor connected_or_removed(const std::string& path, int flags) {
  FileDescriptor connection = connected(path, flags);
  if (!connection.is_open() && errno == ECONNREFUSED) ::unlink(path.c_str());
  return connection;
}

void remove_abandoned(const std::string& directory) {
  for (const FoundSocket& socket : sockets_in(directory))
    if (owner_of(socket.path) == Owner::self) connected_or_removed(socket.path, SOCK_NONBLOCK);
}

template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size() || *end != '-') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

}  // namespace

std::string file_name_of(const StackName& name) {
  return fmt::format("{}{}-{}-{}{}", prefix, name.network, name.pid, name.device, suffix);
}

std::optional<StackName> parse_file_name(std::string_view file_name) {
  if (!file_name.starts_with(prefix) || !file_name.ends_with(suffix)) return std::nullopt;
  file_name.remove_prefix(prefix.size());
  StackName name;
  if (!take_number(file_name, name.network) || !take_number(file_name, name.pid)) return std::nullopt;
  if (name.pid <= 0 || file_name.size() <= suffix.size()) return std::nullopt;
  file_name.remove_suffix(suffix.size());
  name.device = file_name;
  return name;
}

std::uint64_t own_network() {
  struct stat status{};
  if (::stat("/proc/self/ns/net", &status) == 0) return status.st_ino;
  throw SystemError(fmt::format("cannot tell the network namespace: {}", std::strerror(errno)),
                    "/proc/self/ns/net is not there", "mount -t proc proc /proc");
}

std::vector<std::string> socket_directories() {
  std::vector<std::string> all;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime == '/') all.emplace_back(runtime);  // the XDG specification: others are ignored
  all.emplace_back("/tmp");
  return all;
}

void remove_socket_of(const StackName& name) {
  for (const std::string& directory : socket_directories())
    for (const char* state : {"", before_listening})
      if (const auto path = directory + "/" + file_name_of(name) + state; owner_of(path) == Owner::self)
        ::unlink(path.c_str());
}

// ---- the stack's side ----

ControlSocket::ControlSocket(const std::string& device, ControlClients& clients) : clients_(clients) {
  const std::string file_name = file_name_of({own_network(), ::getpid(), device});
  const auto usable = socket_directories();
  if (!std::ranges::any_of(usable, [&](const std::string& d) { return listen_in(d, file_name); }))
    throw SystemError(fmt::format("cannot make the socket {}/{}: {}", usable.back(), file_name, std::strerror(errno)),
                      "'tunstack state' will not find this stack", "set XDG_RUNTIME_DIR to a directory of your own");
  epoll_event event{};
  event.events = EPOLLIN;
  ::epoll_ctl(clients_.fd(), EPOLL_CTL_ADD, listener_.get(), &event);
}

/// It comes to its name when it listens: whoever finds it before would take it for abandoned.
bool ControlSocket::listen_in(const std::string& directory, const std::string& file_name) {
  remove_abandoned(directory);
  const std::string path = directory + "/" + file_name;
  const std::string before = path + before_listening;
  const auto address = address_of(before);
  if (!address) {
    errno = ENAMETOOLONG;
    return false;
  }
  if (owner_of(before) == Owner::self) ::unlink(before.c_str());
  FileDescriptor socket = new_socket(SOCK_NONBLOCK);
  ::fchmod(socket.get(), 0600);  // the file gets it from the socket, so that it never has another one
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) return false;
  if (::listen(socket.get(), ControlClients::most) != 0 ||
      ::renameat2(AT_FDCWD, before.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    const int error = errno;
    ::unlink(before.c_str());
    errno = error;
    return false;
  }
  listener_ = std::move(socket);
  path_ = path;
  return true;
}

ControlSocket::~ControlSocket() { ::unlink(path_.c_str()); }

void ControlSocket::serve() {
  accept_one();
  clients_.serve();
}

void ControlSocket::accept_one() {
  FileDescriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (connection.is_open()) return clients_.add(std::move(connection));
  const bool is_harmless = errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
  // Nobody can be let in, for want of files or memory: rather no reports than a stack that does nothing but try.
  if (!is_harmless) ::epoll_ctl(clients_.fd(), EPOLL_CTL_DEL, listener_.get(), nullptr);
}

// ---- the client's side ----

RunningStacks find_running_stacks(const std::function<bool(const StackName&)>& is_wanted) {
  RunningStacks found;
  for (const std::string& directory : socket_directories())
    for (FoundSocket& socket : sockets_in(directory)) {
      const Owner owner = owner_of(socket.path);
      found.has_others |= owner == Owner::another;
      if (owner != Owner::self || !is_wanted(socket.name)) continue;
      if (FileDescriptor connection = connected_or_removed(socket.path, 0); connection.is_open())
        found.own.push_back({std::move(socket.name), std::move(connection)});
    }
  return found;
}

}  // namespace tunstack
