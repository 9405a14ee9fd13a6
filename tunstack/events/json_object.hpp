// An object of JSON, written into a line member by member: events leave by the hundred thousand, and to build each as a
// tree first costs many times as much.
#pragma once

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstring>
#include <string_view>
#include <utility>

namespace tunstack {

using JsonLine = fmt::memory_buffer;

/// Where so many octets more begin, which the line has from now on.
inline char* extend(JsonLine& line, std::size_t octets) {
  const std::size_t size = line.size();
  line.try_resize(size + octets);
  return line.data() + size;
}
inline void append(JsonLine& line, std::string_view text) { std::ranges::copy(text, extend(line, text.size())); }

/// Appends text in quotes; what is no UTF-8 becomes U+FFFD.
void append_json_text(JsonLine& line, std::string_view text);
/// The same for text that holds nothing that JSON would escape: addresses, times, names of our own.
inline void append_plain_text(JsonLine& line, std::string_view text) {
  char* const at = extend(line, text.size() + 2);
  *at = '"';
  *std::ranges::copy(text, at + 1).out = '"';
}
inline void append_number(JsonLine& line, std::integral auto number) {
  constexpr std::size_t most_digits = 20;
  char* const at = extend(line, most_digits);
  line.try_resize(static_cast<std::size_t>(std::to_chars(at, at + most_digits, number).ptr - line.data()));
}

/// All is inlined that knows a name, so that names are copied in words and not octet by octet.
class JsonObject {
 public:
  /// Begins the object; its end is written where this ends.
  explicit JsonObject(JsonLine& line) : line_(line) {}
  ~JsonObject() {
    if (is_empty_) line_.push_back('{');
    line_.push_back('}');
  }
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  /// Names hold nothing that JSON would escape.
  [[gnu::always_inline]] void add(std::string_view name, std::string_view text) { append_json_text(begin(name), text); }
  [[gnu::always_inline]] void add(std::string_view name, const char* text) { add(name, std::string_view(text)); }
  [[gnu::always_inline]] void add(std::string_view name, std::same_as<bool> auto truth) {
    append(begin(name), truth ? "true" : "false");
  }
  template <std::integral Number>
    requires(!std::same_as<Number, bool>)
  [[gnu::always_inline]] void add(std::string_view name, Number number) {
    append_number(begin(name), number);
  }
  [[gnu::always_inline]] void add(std::string_view name, double number) {
    fmt::format_to(fmt::appender(begin(name)), FMT_COMPILE("{}"), number);
  }
  [[gnu::always_inline]] void add_plain(std::string_view name, std::string_view text) {
    append_plain_text(begin(name), text);
  }
  [[gnu::always_inline]] void add_null(std::string_view name) { append(begin(name), "null"); }
  [[gnu::always_inline]] void add_or_null(std::string_view name, std::string_view text) {
    JsonLine& line = begin(name);
    text.empty() ? append(line, "null") : append_json_text(line, text);
  }
  [[gnu::always_inline]] void add_plain_or_null(std::string_view name, std::string_view text) {
    JsonLine& line = begin(name);
    text.empty() ? append(line, "null") : append_plain_text(line, text);
  }
  /// Members as they stand in an object, without its braces.
  void add_members(std::string_view members) {
    line_.push_back(separator());
    append(line_, members);
  }
  /// Where the value of a member is to be written by whoever asks.
  [[gnu::always_inline]] JsonLine& begin(std::string_view name) {
    constexpr std::size_t around = 4;
    char* at = extend(line_, name.size() + around);
    *at++ = separator();
    *at++ = '"';
    std::memcpy(at, name.data(), name.size());
    std::memcpy(at + name.size(), "\":", 2);
    return line_;
  }

 private:
  char separator() { return std::exchange(is_empty_, false) ? '{' : ','; }

  JsonLine& line_;
  bool is_empty_ = true;
};

}  // namespace tunstack
