#include "tunstack/firewall/bench/counters.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ranges>
#include <sstream>

namespace tunstack::firewall {

namespace {

/// Of counters that grow with every packet nothing can be learned.
bool tells_of_errors(const std::string& name) {
  static constexpr std::array<std::string_view, 12> words{"Err",     "Fail",    "Discard", "Drop",
                                                          "Unknown", "NoRoute", "Truncat", "Filter",
                                                          "Csum",    "NoPort",  "TooBig",  "Ignored"};
  return std::ranges::any_of(words, [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

std::string whole(int fd) {
  std::string text;
  std::array<char, 8192> part{};
  for (ssize_t got = 0; (got = ::pread(fd, part.data(), part.size(), static_cast<off_t>(text.size()))) > 0;)
    text.append(part.data(), static_cast<std::size_t>(got));
  return text;
}

/// A line of names, then a line of values, both behind the same word.
void read_pairs(const std::string& text, std::map<std::string, std::int64_t>& counters) {
  std::istringstream lines(text);
  for (std::string names, values; std::getline(lines, names) && std::getline(lines, values);) {
    std::istringstream name_words(names), value_words(values);
    std::string group, name, value;
    name_words >> group;
    value_words >> value;
    group.pop_back();
    while (name_words >> name && value_words >> value)
      if (tells_of_errors(name)) counters[group + name] = std::atoll(value.c_str());
  }
}

void read_lines(const std::string& text, std::map<std::string, std::int64_t>& counters) {
  std::istringstream words(text);
  for (std::string name, value; words >> name >> value;)
    if (tells_of_errors(name)) counters[name] = std::atoll(value.c_str());
}

}  // namespace

KernelCounters::KernelCounters() {
  for (const char* path :
       {"/proc/thread-self/net/snmp", "/proc/thread-self/net/netstat", "/proc/thread-self/net/snmp6"})
    files_.emplace_back(::open(path, O_RDONLY | O_CLOEXEC));
  before_ = read();
}

std::map<std::string, std::int64_t> KernelCounters::read() const {
  std::map<std::string, std::int64_t> counters;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (!files_[i].is_open()) continue;
    i < 2 ? read_pairs(whole(files_[i].get()), counters) : read_lines(whole(files_[i].get()), counters);
  }
  return counters;
}

std::vector<Counted> KernelCounters::take_grown() {
  auto now = read();
  std::vector<Counted> grown;
  for (const auto& [name, value] : now)
    if (const std::int64_t by = value - before_[name]; by > 0) grown.push_back({name, by});
  before_ = std::move(now);
  return grown;
}

}  // namespace tunstack::firewall
