// Where a running stack can be asked: a Unix socket. Here stack and client find each other; what they then say to each
// other is the affair of control_clients and control_client.
//
// Its path is DIRECTORY/tunstack-NETWORK-PID-DEVICE.sock, where NETWORK is the inode of the network namespace: two
// stacks on devices of one name in different namespaces have different paths, a command in the sandbox of `exec`, whose
// process numbers are others, finds its own stack, and what another user left behind is in nobody's way. DIRECTORY is
// $XDG_RUNTIME_DIR, or /tmp where that is not set or of no use. No user's name is in it: in a user namespace it would
// be another one. The owner of the file counts instead, for who listens and for who asks.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tunstack/control/control_clients.hpp"

namespace tunstack {

/// What tells running stacks apart.
struct StackName {
  std::uint64_t network = 0;  // inode of its network namespace
  pid_t pid = 0;              // as the stack sees itself
  std::string device;
  friend bool operator==(const StackName&, const StackName&) = default;
};

/// The name of the file, without its directory.
std::string file_name_of(const StackName& name);
std::optional<StackName> parse_file_name(std::string_view file_name);

/// The network namespace of this process. Throws SystemError.
std::uint64_t own_network();

class ControlSocket {
 public:
  /// Listens for `clients` of the same user, on behalf of the stack on `device`; removes what stacks of this user left
  /// behind that ended without taking leave. Throws SystemError.
  ControlSocket(const std::string& device, ControlClients& clients);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  const std::string& path() const { return path_; }
  /// Readable when serve() has something to do.
  int fd() const { return clients_.fd(); }
  /// Takes one client, and serves all: never waits for one.
  void serve();

 private:
  bool listen_in(const std::string& directory, const std::string& file_name);
  void accept_one();

  ControlClients& clients_;
  std::string path_;
  FileDescriptor listener_;
};

/// Where sockets may be, the best place first.
std::vector<std::string> socket_directories();
/// Removes the socket of this stack, if it belongs to this user, wherever it is and in whatever state.
void remove_socket_of(const StackName& name);

/// A stack that runs, and a connection to it.
struct RunningStack {
  StackName name;
  FileDescriptor connection;
};

struct RunningStacks {
  std::vector<RunningStack> own;  // of this user
  bool has_others = false;        // whether there are sockets of other users
};
/// Connects to those alone that are wanted: places are few. Removes the sockets of those that ended without taking
/// leave.
RunningStacks find_running_stacks(const std::function<bool(const StackName&)>& is_wanted = [](const StackName&) {
  return true;
});

}  // namespace tunstack
