// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/namespaces.hpp"

#include <algorithm>

namespace pipeline {
namespace {

Vocabulary vocabulary_of(std::string_view uri) noexcept {
    constexpr std::string_view kUbl = "urn:oasis:names:specification:ubl:schema:xsd:";
    if (!uri.starts_with(kUbl)) return Vocabulary::None;
    uri.remove_prefix(kUbl.size());
    if (uri == "CommonBasicComponents-2") return Vocabulary::Basic;
    if (uri == "CommonAggregateComponents-2") return Vocabulary::Aggregate;
    if (uri == "Invoice-2") return Vocabulary::Invoice;
    if (uri == "CreditNote-2") return Vocabulary::CreditNote;
    return Vocabulary::None;
}

}  // namespace

bool Namespaces::enter(pugi::xml_node element, std::uint32_t depth) {
    constexpr std::string_view kXmlns = "xmlns";
    for (auto attribute = element.first_attribute(); attribute; attribute = attribute.next_attribute()) {
        std::string_view name = attribute.name();
        if (!name.starts_with(kXmlns)) continue;
        name.remove_prefix(kXmlns.size());
        if (!name.empty()) {
            if (name.front() != ':' || name.size() == 1) continue;
            name.remove_prefix(1);
        }
        const Vocabulary vocabulary = vocabulary_of(attribute.value());
        // A namespace outside UBL matters only if its prefix hides a namespace of UBL.
        if (vocabulary == Vocabulary::None && !is_bound(name)) continue;
        if (bindings_.size() == kMaxBindings) return false;
        bindings_.push_back({name, depth, vocabulary});
    }
    return true;
}

Vocabulary Namespaces::find(std::string_view prefix) const noexcept {
    const auto binding = std::find_if(bindings_.rbegin(), bindings_.rend(),
                                      [prefix](const Binding& b) { return b.prefix == prefix; });
    return binding == bindings_.rend() ? Vocabulary::None : binding->vocabulary;
}

bool Namespaces::is_bound(std::string_view prefix) const noexcept {
    return find(prefix) != Vocabulary::None;
}

}  // namespace pipeline
