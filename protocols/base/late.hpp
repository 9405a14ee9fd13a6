// Memory for what is rarely needed: made when it first is, and copied with whoever owns it, so that a node can be
// copied whole.
#pragma once

#include <memory>
#include <utility>

namespace tunstack {

template <class T>
class Late {
 public:
  Late() = default;
  Late(const Late& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Late(Late&&) noexcept = default;
  Late& operator=(const Late& other) { return *this = Late(other); }
  Late& operator=(Late&&) noexcept = default;
  ~Late() = default;

  /// Whether it was made.
  explicit operator bool() const { return value_ != nullptr; }
  template <class... Arguments>
  T& make(Arguments&&... arguments) {
    value_ = std::make_unique<T>(std::forward<Arguments>(arguments)...);
    return *value_;
  }
  // Once it was made.
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace tunstack
