// SPDX-License-Identifier: Apache-2.0
// Ties kLayoutVersion to the shape of shared memory: the number of fields and the size of every shared
// struct, metrics and histograms included. After a change of the shape, the build fails here until somebody
// raises kLayoutVersion and sets kLayoutShape, beside it, to the new shape. This check cannot see a field
// that only changes its meaning.
#include <cstddef>
#include <cstdint>
#include <utility>

#include "common/core/layout.hpp"
#include "common/core/metrics.hpp"

namespace pipeline {
namespace {

// Converts to any type, so that it can initialise any field.
struct Anything {
    template <class T>
    operator T() const noexcept;  // NOLINT(google-explicit-constructor): must convert implicitly
};

template <class T, std::size_t... I>
consteval bool takes(std::index_sequence<I...> /*indices*/) {
    return requires {
        T{(static_cast<void>(I), Anything{})...};
    };
}

// Returns the number of fields of an aggregate, which is the most initialisers that it accepts; 0 for other
// classes.
template <class T, std::size_t Count = 0>
consteval std::size_t fields() {
    if constexpr (!std::is_aggregate_v<T> || !takes<T>(std::make_index_sequence<Count + 1>())) {
        return Count;
    } else {
        return fields<T, Count + 1>();
    }
}

// FNV-1a over numbers instead of bytes.
consteval std::uint64_t mixed(std::uint64_t shape, std::uint64_t number) {
    return (shape ^ number) * 0x100000001b3;
}

template <class... Structs>
consteval std::uint64_t shape_of() {
    std::uint64_t shape = 0xcbf29ce484222325;
    ((shape = mixed(mixed(shape, sizeof(Structs)), fields<Structs>())), ...);
    return shape;
}

constexpr std::uint64_t kShape =
    shape_of<SegmentHeader, RobustMutex, Condition, FileIdentity, ByteSpan, Item, HandArea, ListMark,
             HoldArea, RingArea, Totals, Attempt, GivenAgain, Record, Details, LedgerFiles, StorageArea,
             HistogramArea, StatusText, ActivityArea, DeathMetrics, PlaceMetrics, ProducerMetrics,
             SupervisorMetrics, SourceNumbers<std::atomic>, SourceMetrics, LedgerNumbers<std::atomic>,
             LedgerMetrics, MetricsArea>();

// If the static_assert fails, the compiler's message names both numbers.
template <std::uint64_t Known, std::uint64_t Now>
struct Same {
    static_assert(
        Known == Now,
        "the shape of shared memory has changed: raise kLayoutVersion, and set kLayoutShape to `Now`");
};
[[maybe_unused]] constexpr Same<kLayoutShape, kShape> kChecked;

static_assert(fields<SegmentHeader>() == 6 && fields<StatusText>() == 0, "fields() counts");

}  // namespace
}  // namespace pipeline
