// Texts out of parts and numbers, without a format that would have to be read: what is said of every packet where there
// is somebody who listens.
#pragma once

#include <charconv>
#include <concepts>
#include <span>
#include <string>
#include <string_view>

namespace tunstack {

inline void append_part(std::string& text, std::string_view part) { text.append(part); }
inline void append_part(std::string& text, char part) { text.push_back(part); }
template <std::integral Number>
void append_part(std::string& text, Number number) {
  char digits[20];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

template <class... Parts>
void append_parts(std::string& text, const Parts&... parts) {
  (append_part(text, parts), ...);
}

/// joined("length ", 64) is "length 64".
template <class... Parts>
std::string joined(const Parts&... parts) {
  std::string text;
  append_parts(text, parts...);
  return text;
}

/// The last digits of a number, as many as there is room for.
inline void put_digits(std::span<char> room, std::unsigned_integral auto number) {
  for (std::size_t i = room.size(); i-- > 0; number /= 10) room[i] = static_cast<char>('0' + number % 10);
}

}  // namespace tunstack
