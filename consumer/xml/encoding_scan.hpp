// SPDX-License-Identifier: Apache-2.0
// Looks at the bytes of a document before the parser does, for what expat does not see: half a surrogate pair
// in UTF-16 (expat takes whatever follows for the other half, even a tag), and the byte order mark of UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace pipeline {

class EncodingScan {
  public:
    // Begins a document.
    void begin() noexcept { *this = EncodingScan(); }
    // Looks at the next bytes. Returns false if they are UTF-16 with half a surrogate pair.
    [[nodiscard]] bool add(std::string_view bytes) noexcept;
    // True if the document begins with the byte order mark of UTF-8.
    [[nodiscard]] bool has_utf8_mark() const noexcept { return mark_bytes_ == 3; }

  private:
    enum class Form : unsigned char { Unknown, Bytes, Little, Big };

    void find_form(unsigned char first, unsigned char second) noexcept;
    bool add_unit(unsigned char first, unsigned char second) noexcept;

    Form form_ = Form::Unknown;
    std::size_t count_ = 0;       // bytes so far
    std::size_t mark_bytes_ = 0;  // how many of the first bytes are those of the mark
    unsigned char last_ = 0;      // the byte before, if count_ is odd
    bool is_in_pair_ = false;     // the second half must follow
};

}  // namespace pipeline
