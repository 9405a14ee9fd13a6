// An object of JSON, written into a line member by member: events leave by the hundred thousand, and to build each as a
// tree first costs five times as much.
#pragma once

#include <fmt/compile.h>
#include <fmt/format.h>

#include <concepts>
#include <string_view>
#include <utility>

namespace tunstack {

using JsonLine = fmt::memory_buffer;

/// Appends text in quotes; what is no UTF-8 becomes U+FFFD.
void append_json_text(JsonLine& line, std::string_view text);

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
  void add(std::string_view name, std::string_view text) { append_json_text(begin(name), text); }
  void add(std::string_view name, const char* text) { add(name, std::string_view(text)); }
  void add(std::string_view name, std::same_as<bool> auto truth) { add_raw(name, truth ? "true" : "false"); }
  template <class Number>
    requires(std::is_arithmetic_v<Number> && !std::same_as<Number, bool>)
  void add(std::string_view name, Number number) {
    fmt::format_to(fmt::appender(begin(name)), FMT_COMPILE("{}"), number);
  }
  void add_null(std::string_view name) { add_raw(name, "null"); }
  void add_or_null(std::string_view name, std::string_view text) { text.empty() ? add_null(name) : add(name, text); }
  /// What is JSON already.
  void add_raw(std::string_view name, std::string_view json) {
    JsonLine& line = begin(name);
    line.append(json.data(), json.data() + json.size());
  }
  /// Members as they stand in an object, without its braces.
  void add_members(std::string_view members);
  /// Where the value of a member is to be written by whoever asks.
  JsonLine& begin(std::string_view name);

 private:
  void separate() { line_.push_back(std::exchange(is_empty_, false) ? '{' : ','); }

  JsonLine& line_;
  bool is_empty_ = true;
};

}  // namespace tunstack
