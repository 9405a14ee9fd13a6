// What ping is asked for: the letters of iputils, and a few words of our own behind two dashes.
#pragma once

#include "protocols/wire/ipv4_options.hpp"
#include "tunstack/clients/words.hpp"

namespace tunstack::clients {

/// -M: what happens to what is larger than the path takes.
enum class PathMtuPolicy : std::uint8_t { refuse, cut_here, cut_anywhere };  // do, want, dont

enum class PingKind : std::uint8_t { echo, probe, timestamp, mask };

struct PingArguments {
  PingKind kind = PingKind::echo;
  std::string target_word;
  IpAddress target, source;
  std::string device;  // what -I says, where that is not an address
  bool has_source = false;

  unsigned count = 0;     // 0: no end
  double interval = 1;    // seconds
  double linger = 2;      // seconds, for the last answer where none has come
  double deadline = 0;    // seconds; 0: none
  std::size_t size = 56;  // octets of data
  unsigned ttl = 64, tos = 0, preload = 1;
  std::uint32_t flow_label = 0;
  PathMtuPolicy path_mtu = PathMtuPolicy::cut_here;
  std::vector<std::uint8_t> options;  // of IPv4
  std::vector<std::uint8_t> pattern;
  std::vector<std::uint8_t> probe_object;  // what an extended echo asks about (RFC 8335 2.1)
  bool is_probe_local = true;

  bool is_quiet = false, prints_time = false, is_numeric = false, is_flood = false, is_verbose = false;
  bool allows_broadcast = false, reports_outstanding = false, json = false;
  FamilyChoice family;

  /// Whether there is room for the time at which a request was sent.
  bool is_timed() const;
};

inline constexpr std::size_t ping_time_size = 16;  // octets: seconds and microseconds
inline bool PingArguments::is_timed() const { return size >= ping_time_size; }

/// Throws UsageFault.
PingArguments read_ping_arguments(const std::vector<std::string>& words, const ClientPlace& place);
std::string ping_help();

}  // namespace tunstack::clients
