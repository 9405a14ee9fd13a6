#include "tunstack/lab/printed_result.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace tunstack::lab {

namespace {

/// The number right in front of a word: 3 in "3 packets transmitted".
double number_before(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  if (at == std::string_view::npos) return 0;
  std::size_t begin = at;
  while (begin > 0 && text[begin - 1] == ' ') --begin;
  const std::size_t end = begin;
  while (begin > 0 && (std::isdigit(static_cast<unsigned char>(text[begin - 1])) != 0 || text[begin - 1] == '.'))
    --begin;
  double number = 0;
  std::from_chars(text.data() + begin, text.data() + end, number);
  return number;
}

double number_at(std::string_view text, std::size_t at) {
  double number = 0;
  if (at < text.size()) std::from_chars(text.data() + at, text.data() + text.size(), number);
  return number;
}

/// Behind the last one of a word.
double number_behind(std::string_view text, std::string_view word) {
  const std::size_t at = text.rfind(word);
  return at == std::string_view::npos ? 0 : number_at(text, at + word.size());
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<std::string_view> words_in(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

// ---- ping ----

unsigned as_count(double number) { return static_cast<unsigned>(number); }

clients::ClientResult of_ping(std::string_view text) {
  clients::ClientResult result;
  const std::size_t summary = text.rfind(" ping statistics ---");
  if (summary == std::string_view::npos) return result;
  const std::string_view sum = text.substr(summary);
  result.sent = as_count(number_before(sum, "packets transmitted"));
  result.received = as_count(number_before(sum, "received"));
  result.duplicates = as_count(number_before(sum, "duplicates"));
  result.errors = as_count(number_before(sum, "errors"));
  result.is_reached = result.received != 0;
  result.exit_status = result.is_reached ? 0 : 1;
  for (const std::string_view word : {"mtu = ", "mtu=", "mtu: "})
    if (result.path_mtu == 0) result.path_mtu = as_count(number_behind(text.substr(0, summary), word));
  constexpr std::string_view times = "min/avg/max/mdev = ";
  const std::size_t at = sum.find(times);
  if (at == std::string_view::npos) return result;
  std::size_t place = at + times.size();
  for (double* const time : {&result.least, &result.mean, &result.most}) {
    *time = number_at(sum, place);
    place = sum.find('/', place) + 1;
  }
  return result;
}

// ---- traceroute ----

/// The address in "(192.0.2.1)".
std::optional<IpAddress> address_in(std::string_view word) {
  if (word.starts_with("(")) word = word.substr(1, word.find(')') - 1);
  return parse_address(std::string(word));
}

clients::HopResult hop_of(const std::vector<std::string_view>& words, unsigned& path_mtu) {
  clients::HopResult hop;
  double sum = 0;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "*") ++hop.sent;
    if (words[i].starts_with("F=")) path_mtu = as_count(number_at(words[i], 2));
    if (const auto address = address_in(words[i]))
      if (std::ranges::find(hop.from, *address) == hop.from.end()) hop.from.push_back(*address);
    if (words[i] != "ms") continue;
    const double time = number_at(words[i - 1], 0);
    hop.least = hop.received == 0 ? time : std::min(hop.least, time);
    hop.most = std::max(hop.most, time);
    sum += time;
    ++hop.sent, ++hop.received;
  }
  if (hop.received != 0) hop.mean = sum / hop.received;
  return hop;
}

clients::ClientResult of_traceroute(std::string_view text) {
  clients::ClientResult result;
  const std::vector<std::string_view> lines = lines_of(text);
  std::optional<IpAddress> target;
  for (const std::string_view line : lines) {
    const std::vector<std::string_view> words = words_in(line);
    if (line.starts_with("traceroute to ") && words.size() > 3) target = address_in(words[3]);
    const auto number = words.empty() ? 0U : as_count(number_at(words[0], 0));
    if (number == 0 || number > 255) continue;
    result.each_hop.resize(std::max<std::size_t>(result.each_hop.size(), number));
    result.each_hop[number - 1] = hop_of(words, result.path_mtu);
    const clients::HopResult& hop = result.each_hop[number - 1];
    result.sent += hop.sent;
    result.received += hop.received;
    const bool is_target = target && std::ranges::find(hop.from, *target) != hop.from.end();
    if (!is_target || result.is_reached) continue;
    result.is_reached = true;
    result.hops = number;
    result.least = hop.least, result.mean = hop.mean, result.most = hop.most;
  }
  result.exit_status = result.is_reached ? 0 : 1;
  return result;
}

}  // namespace

clients::ClientResult printed_result(const std::string& program, std::string_view text) {
  return program == "ping" ? of_ping(text) : of_traceroute(text);
}

}  // namespace tunstack::lab
