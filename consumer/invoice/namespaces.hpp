// SPDX-License-Identifier: Apache-2.0
// Which namespace a prefix means at a point of a document (Namespaces in XML 1.0), as far as the four
// namespaces of UBL are concerned: all others are one and the same to it.
#pragma once

#include <cstdint>
#include <pugixml.hpp>
#include <string_view>
#include <vector>

namespace pipeline {

enum class Vocabulary : std::uint8_t { None, Invoice, CreditNote, Aggregate, Basic };

// An element's name as it is written; the prefix is empty if it has no colon.
struct QualifiedName {
    std::string_view prefix;
    std::string_view local;

    explicit QualifiedName(const char* name) noexcept {
        const char* p = name;
        while (*p != ':' && *p != '\0') ++p;
        const auto length = static_cast<std::size_t>(p - name);
        if (*p == ':') {
            prefix = {name, length};
            local = p + 1;
        } else {
            local = {name, length};
        }
    }
};

class Namespaces {
  public:
    // So many declarations of UBL's namespaces may be in force at one point; no sane document has ten, and
    // without a bound a hostile one could make every look-up slow.
    static constexpr std::size_t kMaxBindings = 64;

    void clear() noexcept { bindings_.clear(); }
    // Takes the declarations of `element`, which is at `depth`; false if there are too many. Those of an
    // earlier element at the same depth must have been left. The element's text must outlive them.
    [[nodiscard]] bool enter(pugi::xml_node element, std::uint32_t depth);
    // Drops the declarations made at `depth`.
    void leave(std::uint32_t depth) noexcept {
        while (!bindings_.empty() && bindings_.back().depth == depth) bindings_.pop_back();
    }
    // What `prefix` means here; an empty one is that of a name without a colon.
    [[nodiscard]] Vocabulary find(std::string_view prefix) const noexcept;

  private:
    struct Binding {
        std::string_view prefix;
        std::uint32_t depth;
        Vocabulary vocabulary;
    };
    [[nodiscard]] bool is_bound(std::string_view prefix) const noexcept;

    std::vector<Binding> bindings_;  // the innermost last
};

}  // namespace pipeline
