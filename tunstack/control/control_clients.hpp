// Those who are connected to a stack, and what each has not taken yet. ControlSocket adds who comes; serve() gives, and
// forgets who has it all, has gone, or does not take it while newer ones come.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>

#include "tunstack/device/file_descriptor.hpp"

namespace tunstack {

class ControlClients {
 public:
  using Report = std::function<std::string()>;
  // More who do not read cannot be held: the oldest is given up.
  static constexpr std::size_t most = 8;

  explicit ControlClients(Report report);

  /// An epoll instance, readable when serve() has something to do; what brings clients is watched by it too.
  int fd() const { return poll_.get(); }
  /// A stream socket, blocking or not. It is for a report of now.
  void add(FileDescriptor connection);
  /// Gives each as much as it takes: never waits for one.
  void serve();
  std::size_t size() const { return clients_.size(); }

 private:
  struct Client {
    FileDescriptor connection;
    std::string left;  // to be sent
  };
  static bool is_done(Client& client);

  Report report_;
  FileDescriptor poll_;
  std::deque<Client> clients_;
};

}  // namespace tunstack
