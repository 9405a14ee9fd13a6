// Memory of a size that is known when it is made, owned by one object: a std::unique_ptr of an array that can be
// copied, so that whoever owns it can be, and a copy of a node can be asked what the node would do.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>

namespace tunstack {

template <class T>
class OwnedArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  /// None.
  OwnedArray() = default;
  /// Zeros, or what T is made as.
  static OwnedArray made(std::size_t size) { return {std::make_unique<T[]>(size), size}; }
  /// Whatever was there, which is not touched.
  static OwnedArray uninitialised(std::size_t size) { return {std::make_unique_for_overwrite<T[]>(size), size}; }

  OwnedArray(OwnedArray&&) noexcept = default;
  OwnedArray& operator=(OwnedArray&&) noexcept = default;
  OwnedArray(const OwnedArray& other) : size_(other.size_) {
    if (!other.elements_) return;
    elements_ = std::make_unique_for_overwrite<T[]>(size_);
    std::memcpy(elements_.get(), other.elements_.get(), size_ * sizeof(T));
  }
  OwnedArray& operator=(const OwnedArray& other) { return *this = OwnedArray(other); }
  ~OwnedArray() = default;

  explicit operator bool() const { return elements_ != nullptr; }
  T* get() const { return elements_.get(); }
  T& operator[](std::size_t index) const { return elements_[index]; }

 private:
  OwnedArray(std::unique_ptr<T[]> elements, std::size_t size) : elements_(std::move(elements)), size_(size) {}

  std::unique_ptr<T[]> elements_;
  std::size_t size_ = 0;
};

}  // namespace tunstack
