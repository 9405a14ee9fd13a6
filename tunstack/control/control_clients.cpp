#include "tunstack/control/control_clients.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

namespace tunstack {

ControlClients::ControlClients(Report report) : report_(std::move(report)), poll_(::epoll_create1(EPOLL_CLOEXEC)) {}

void ControlClients::add(FileDescriptor connection) {
  if (clients_.size() == most) clients_.pop_front();
  epoll_event event{};
  event.events = EPOLLOUT;
  ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, connection.get(), &event);
  clients_.push_back({std::move(connection), report_()});
}

void ControlClients::serve() { std::erase_if(clients_, is_done); }

/// Sends what the client takes now. Also true if it has gone.
bool ControlClients::is_done(Client& client) {
  const ssize_t sent =
      ::send(client.connection.get(), client.left.data(), client.left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) return errno != EAGAIN && errno != EINTR;
  client.left.erase(0, static_cast<std::size_t>(sent));
  return client.left.empty();
}

}  // namespace tunstack
