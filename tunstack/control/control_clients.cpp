#include "tunstack/control/control_clients.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tunstack {

namespace {

constexpr std::string_view too_long =
    "{\"schema\":1,\"fault\":{\"what\":\"the request is too long\",\"why\":\"a request is one line\","
    "\"remedy\":\"send less at once\"}}\n";

constexpr std::string_view no_room =
    "{\"schema\":1,\"fault\":{\"what\":\"the stack has no room for one more client\",\"why\":\"all of them watch, or "
    "have programs\",\"remedy\":\"end one of them\"}}\n";

/// What it may have asked already is read, so that it hears the answer.
void refuse(const FileDescriptor& connection) {
  std::array<char, 4096> asked;
  (void)::recv(connection.get(), asked.data(), asked.size(), MSG_DONTWAIT);
  (void)::send(connection.get(), no_room.data(), no_room.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// In both directions: it hears nothing any more, and epoll says so until it is forgotten.
bool has_closed(const FileDescriptor& connection) {
  pollfd state{connection.get(), 0, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & POLLHUP) != 0;
}

std::string lost_line(std::size_t count) {
  return fmt::format("{{\"schema\":{},\"event\":\"lost\",\"count\":{}}}\n", event_schema, count);
}

}  // namespace

ControlClients::ControlClients(Answerer answerer, EventNames names, std::function<void(bool)> watching, JobOwner* jobs)
    : answerer_(std::move(answerer)),
      names_(std::move(names)),
      watching_(std::move(watching)),
      jobs_(jobs),
      poll_(::epoll_create1(EPOLL_CLOEXEC)) {}

void ControlClients::add(FileDescriptor connection) {
  if (clients_.size() == most) {
    const auto given_up = std::ranges::min_element(clients_, {}, &Client::use);  // the oldest of those
    if (given_up->listens()) return refuse(connection);
    if (given_up->left.empty()) refuse(given_up->connection);
    clients_.erase(given_up);
  }
  epoll_event event{};
  event.events = EPOLLIN;
  ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, connection.get(), &event);
  clients_.push_back({.connection = std::move(connection), .awaited = EPOLLIN});
}

void ControlClients::forget(const Client& client) {
  if (client.job && jobs_ != nullptr) jobs_->abandoned(*client.job);
}

void ControlClients::serve() {
  for (Client& client : clients_) serve(client);
  for (const Client& client : clients_)
    if (client.has_gone) forget(client);
  std::erase_if(clients_, [](const Client& client) { return client.has_gone; });
  tell_watching();
}

void ControlClients::tell_watching() {
  const bool watching = std::ranges::any_of(clients_, [](const Client& client) { return client.watch.has_value(); });
  if (std::exchange(told_watching_, watching) != watching) watching_(watching);
}

void ControlClients::serve(Client& client) {
  give(client);
  if (client.listens() || client.left.empty()) hear(client);
  if (!client.listens() && !client.is_done && client.left.empty()) answer(client);
  give(client);
  client.has_gone |= client.is_done && client.left.empty();
  if (!client.has_gone) await(client);
}

/// Takes what the client says. Who watches has nothing more to say, but may leave; who started a job ends it so.
void ControlClients::hear(Client& client) {
  client.has_gone |= client.job && has_closed(client.connection);
  if (client.is_mute || client.has_gone) return;
  std::array<char, 16384> part;
  const ssize_t got = ::recv(client.connection.get(), part.data(), part.size(), MSG_DONTWAIT);
  if (got < 0) client.has_gone |= errno != EAGAIN && errno != EINTR;
  if (got > 0 && !client.listens()) client.heard.append(part.data(), static_cast<std::size_t>(got));
  if (got != 0) return;
  client.is_mute = client.job.has_value();
  if (client.job && jobs_ != nullptr) return jobs_->interrupted(*client.job);
  client.has_gone |= client.watch || (client.left.empty() && !client.heard.contains('\n'));
}

void ControlClients::answer(Client& client) {
  const std::size_t end = client.heard.find('\n');
  const bool is_whole = end != std::string::npos;
  if (!is_whole && client.heard.size() <= longest_request) return;
  if (!is_whole || end > longest_request) {
    client.heard.clear();
    client.left = too_long;
    return;
  }
  client.has_asked = true;
  ControlAnswer answer = answerer_(std::string_view(client.heard).substr(0, end));
  client.heard.erase(0, end + 1);
  client.left = std::move(answer.line);
  client.watch = std::move(answer.watch);
  client.job = answer.job;
  if (client.listens()) client.heard.clear();  // who listens has nothing more to say
}

/// Sends what the client takes now.
void ControlClients::give(Client& client) {
  if (client.left.empty() || client.has_gone) return;
  const ssize_t sent =
      ::send(client.connection.get(), client.left.data(), client.left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) client.has_gone = errno != EAGAIN && errno != EINTR;
  if (sent > 0) client.left.erase(0, static_cast<std::size_t>(sent));
}

void ControlClients::await(Client& client) {
  const bool hears = !client.is_mute && (client.listens() || client.left.empty());
  const bool gives = !client.left.empty() || client.heard.contains('\n');
  const std::uint32_t awaited = (hears ? std::uint32_t{EPOLLIN} : 0U) | (gives ? std::uint32_t{EPOLLOUT} : 0U);
  if (awaited == client.awaited) return;
  client.awaited = awaited;
  epoll_event event{};
  event.events = awaited;
  ::epoll_ctl(poll_.get(), EPOLL_CTL_MOD, client.connection.get(), &event);
}

// ---- events ----

void ControlClients::take(const Event& event) {
  std::string line;
  for (Client& client : clients_) {
    if (!client.watch || client.has_gone) continue;
    if (client.watch->only_drops && event.verdict != "drop") continue;
    if (!client.watch->filter.matches(event, names_)) continue;
    if (line.empty()) line = event_line(event, names_);
    tell(client, line);
  }
}

void ControlClients::tell(Client& client, const std::string& line) {
  const bool has_room = put(client, client.lost == 0 ? line : lost_line(client.lost) + line);
  client.lost = has_room ? 0 : client.lost + 1;
  await(client);
}

// ---- jobs ----

/// The last line has room whatever was lost before.
void ControlClients::say(std::size_t job, const std::string& line, bool is_last) {
  for (Client& client : clients_) {
    if (client.job != job || client.has_gone) continue;
    if (!is_last) return tell(client, line);
    if (client.lost != 0) client.left += lost_line(client.lost);
    client.left += line;
    client.job.reset();
    client.is_done = true;
    return await(client);
  }
}

bool ControlClients::put(Client& client, const std::string& line) {
  if (client.left.size() + line.size() > most_waiting) return false;
  client.left += line;
  return true;
}

}  // namespace tunstack
