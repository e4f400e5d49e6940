// SPDX-License-Identifier: Apache-2.0
// Maps prefixes to namespaces at a point of a document (Namespaces in XML 1.0). It knows the four namespaces
// of UBL; for any other it gives Vocabulary::None.
#pragma once

#include <cstdint>
#include <pugixml.hpp>
#include <string_view>
#include <vector>

namespace pipeline {

enum class Vocabulary : std::uint8_t { None, Invoice, CreditNote, Aggregate, Basic };

// An element's name as written; the prefix is empty if there is no colon.
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
    // The most declarations of UBL's namespaces in force at one point. No sane document has ten; without a
    // bound, a hostile one could make every look-up slow.
    static constexpr std::size_t kMaxBindings = 64;

    void clear() noexcept { bindings_.clear(); }
    // Adds the declarations of `element`, which is at `depth`. Returns false if there are too many. If an
    // earlier element was at this depth, call leave() first. The parsed XML must outlive the declarations.
    [[nodiscard]] bool enter(pugi::xml_node element, std::uint32_t depth);
    // Drops the declarations made at `depth`.
    void leave(std::uint32_t depth) noexcept {
        while (!bindings_.empty() && bindings_.back().depth == depth) bindings_.pop_back();
    }
    // Returns the namespace that `prefix` stands for at this point. The empty prefix belongs to names without
    // a colon.
    [[nodiscard]] Vocabulary find(std::string_view prefix) const noexcept;

  private:
    struct Binding {
        std::string_view prefix;
        std::uint32_t depth;
        Vocabulary vocabulary;
    };
    [[nodiscard]] bool is_bound(std::string_view prefix) const noexcept;

    std::vector<Binding> bindings_;  // innermost last
};

}  // namespace pipeline
