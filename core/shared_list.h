// A list whose copies share their elements until one of them is edited.
//
// For what is the same for very many owners: the seats and stakes of a chain, which each of its peers, their engines
// and whoever judges them hold. A copy costs a reference count, and all owners read the same memory. Else like the
// std::vector that it holds, to which it converts.
// Copies may be read on different threads; one list is for one thread, as a std::vector is.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace bsn {

template <class T>
class SharedList {
 public:
  using value_type = T;
  using const_iterator = typename std::vector<T>::const_iterator;

  SharedList() = default;
  SharedList(std::vector<T> items) : items_(std::make_shared<std::vector<T>>(std::move(items))) {}
  SharedList(std::initializer_list<T> items) : SharedList(std::vector<T>(items)) {}

  const std::vector<T>& items() const {
    static const std::vector<T> none;
    return items_ ? *items_ : none;
  }
  operator const std::vector<T>&() const { return items(); }

  const_iterator begin() const { return items().begin(); }
  const_iterator end() const { return items().end(); }
  std::size_t size() const { return items_ ? items_->size() : 0; }
  bool empty() const { return size() == 0; }
  const T& operator[](std::size_t index) const { return (*items_)[index]; }
  const T& at(std::size_t index) const { return items().at(index); }
  const T& front() const { return items_->front(); }
  const T& back() const { return items_->back(); }

  // For writing: this copy's own elements. Valid until the list is copied.
  std::vector<T>& edit() {
    if (!items_ || items_.use_count() > 1) items_ = std::make_shared<std::vector<T>>(items());
    return *items_;
  }
  void push_back(T item) { edit().push_back(std::move(item)); }

  bool operator==(const SharedList& other) const { return items_ == other.items_ || items() == other.items(); }

 private:
  std::shared_ptr<std::vector<T>> items_;
};

}  // namespace bsn
