#include "tools/kernel_host.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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
constexpr rlim_t most_printed = rlim_t{256} << 20U;      // octets: who prints more is ended by SIGXFSZ
constexpr int not_found = 127;

[[noreturn]] void throw_system(const std::string& what) {
  throw SystemError(what, std::strerror(errno), "the run needs the rights that exec has in its network");
}

/// In the child: never returns.
[[noreturn]] void become(const std::vector<std::string>& command, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit limit{most_printed, most_printed};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  std::vector<char*> words;
  words.reserve(command.size() + 1);
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

KernelProgram::KernelProgram(const std::vector<std::string>& command) : output_(::memfd_create("text", MFD_CLOEXEC)) {
  if (!output_.is_open()) throw_system("cannot run a program");
  process_ = ::fork();
  if (process_ < 0) throw_system("cannot run a program");
  if (process_ == 0) become(command, output_.get());
}

KernelProgram::KernelProgram(KernelProgram&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      output_(std::move(other.output_)),
      text_(std::move(other.text_)),
      is_there_(other.is_there_) {}

KernelProgram::~KernelProgram() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

bool KernelProgram::has_ended() {
  siginfo_t end{};
  return process_ < 0 || (::waitid(P_PID, static_cast<id_t>(process_), &end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                          end.si_pid == process_);
}

void KernelProgram::interrupt() {
  if (process_ >= 0) ::kill(process_, SIGINT);
}

void KernelProgram::wait() {
  int status = 0;
  if (process_ >= 0) ::waitpid(std::exchange(process_, -1), &status, 0);
  text_.resize(most_text);
  const ssize_t got = ::pread(output_.get(), text_.data(), text_.size(), 0);
  text_.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  is_there_ = !WIFEXITED(status) || WEXITSTATUS(status) != not_found;
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
