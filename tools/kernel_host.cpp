#include "tools/kernel_host.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>

#include "protocols/wire/ethernet.hpp"
#include "protocols/wire/ip_version.hpp"
#include "protocols/wire/quoted_packet.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/notation/frame_text.hpp"
#include "tunstack/notation/packet_text.hpp"
#include "tunstack/report/bounded_json.hpp"

namespace tunstack {

namespace {

constexpr std::size_t most_text = std::size_t{1} << 20;  // octets that are kept
constexpr int not_found = 127;

[[noreturn]] void throw_system(const std::string& what) {
  throw SystemError(what, std::strerror(errno), "the run needs the rights that exec has in its network");
}

/// In the child: never returns.
[[noreturn]] void become(const std::vector<std::string>& command, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  ::_exit(not_found);
}

void send_by_device(const std::string& device, Bytes octets, std::uint16_t protocol) {
  const FileDescriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(protocol);
  to.sll_ifindex = static_cast<int>(::if_nametoindex(device.c_str()));
  if (::sendto(socket.get(), octets.data(), octets.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0)
    throw_system(fmt::format("cannot send on {}", device));
}

template <class SocketAddress>
void send_by_route(int family, const SocketAddress& to, Bytes datagram) {
  const FileDescriptor socket(::socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
  if (::sendto(socket.get(), datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) <
      0)
    throw_system("cannot send by the routes of this host");
}

void send_by_routes(Bytes datagram) {
  if (const auto ipv4 = QuotedIpv4::parse(datagram)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(ipv4->destination().value);
    return send_by_route(AF_INET, to, datagram);
  }
  const auto ipv6 = QuotedIpv6::parse(datagram);
  if (!ipv6) throw UsageFault("the packet names no destination", "this host sends it by its routes", "send a frame");
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  std::memcpy(&to.sin6_addr, ipv6->destination().octets.data(), sizeof to.sin6_addr);
  send_by_route(AF_INET6, to, datagram);
}

std::vector<nlohmann::ordered_json> list_in(const nlohmann::ordered_json& json) {
  return json.is_array() ? std::vector<nlohmann::ordered_json>(json.begin(), json.end())
                         : std::vector<nlohmann::ordered_json>();
}

}  // namespace

// ---- programs ----

KernelProgram::KernelProgram(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_system("cannot run a program");
  output_ = FileDescriptor(ends[0]);
  const FileDescriptor theirs(ends[1]);
  process_ = ::fork();
  if (process_ < 0) throw_system("cannot run a program");
  if (process_ == 0) become(command, theirs.get());
}

KernelProgram::KernelProgram(KernelProgram&& other) noexcept
    : process_(std::exchange(other.process_, -1)), output_(std::move(other.output_)), text_(std::move(other.text_)) {}

KernelProgram::~KernelProgram() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

void KernelProgram::wait() {
  std::array<char, 4096> part;
  for (ssize_t got = 0; (got = ::read(output_.get(), part.data(), part.size())) > 0 || (got < 0 && errno == EINTR);)
    if (got > 0 && text_.size() < most_text) text_.append(part.data(), static_cast<std::size_t>(got));
  int status = 0;
  if (process_ >= 0) ::waitpid(std::exchange(process_, -1), &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == not_found && text_.empty())
    text_ = "the program is not there: apt install iputils-ping traceroute\n";
}

// ---- packets ----

void send_from_kernel(const lab::PlannedDoor& door, const std::string& line) {
  if (const auto packet = notation::parse_packet(line)) {
    if (door.tap) return send_by_routes(*packet);
    const bool is_ipv4 = !packet->empty() && ip_version(*packet) == 4;
    return send_by_device(door.device, *packet, is_ipv4 ? ethertype::ipv4 : ethertype::ipv6);
  }
  if (const auto frame = notation::parse_frame(line))
    if (const auto ethernet = EthernetView::parse(*frame)) send_by_device(door.device, *frame, ethernet->type());
}

// ---- what the kernel knows ----

std::optional<nlohmann::ordered_json> state_of_kernel(const std::string& path) {
  using Json = nlohmann::ordered_json;
  const std::size_t dot = path.find('.'), bracket = path.find('[');
  if (dot == std::string::npos || bracket == std::string::npos || bracket < dot) return std::nullopt;
  const std::string what = path.substr(dot + 1, bracket - dot - 1);
  if (what != "path_mtu" && what != "redirects") return std::nullopt;
  const std::string destination = path.substr(bracket + 1, path.size() - bracket - 2);
  KernelProgram ip({"ip", "-j", "route", "get", destination});
  ip.wait();
  Json mtus = Json::array(), redirects = Json::array();
  for (const Json& route : list_in(Json::parse(ip.text(), nullptr, false))) {
    for (const Json& metric : list_in(route.value("metrics", Json())))
      if (metric.contains("mtu")) mtus.push_back({{"destination", destination}, {"mtu", metric["mtu"]}});
    for (const Json& word : list_in(route.value("cache", Json())))
      if (word == "redirected")
        redirects.push_back({{"destination", destination}, {"next_hop", route.value("gateway", destination)}});
  }
  return Json{{"path_mtus", std::move(mtus)}, {"redirects", std::move(redirects)}};
}

}  // namespace tunstack
