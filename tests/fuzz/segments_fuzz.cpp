// SPDX-License-Identifier: Apache-2.0
// Whatever lies in shared memory under our names: opening and checking refuse it in one line, or everything
// that the programs do with it afterwards is defined, ends, and drains it.
#include <sanitizer/asan_interface.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/core/segments/segments.hpp"
#include "tests/fuzz/generation.hpp"
#include "tests/fuzz/memory_segment.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/segment_images.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// Beyond the size that a segment seems to have there is nothing.
class Offer {
  public:
    Offer(const std::string& name, const GuardedMemory& memory, std::size_t bytes)
        : end_(memory.data() + bytes), hidden_(memory.size() - bytes) {
        offer_segment(name, memory.data(), bytes);
        ASAN_POISON_MEMORY_REGION(end_, hidden_);
    }
    Offer(const Offer&) = delete;
    Offer& operator=(const Offer&) = delete;
    ~Offer() { ASAN_UNPOISON_MEMORY_REGION(end_, hidden_); }

  private:
    const void* end_;
    std::size_t hidden_;
};

// True if they were accepted.
bool use(const ChangedImage& changed) {
    const GuardedMemory& ring = changed.image->ring_memory();
    const GuardedMemory& storage = changed.image->storage_memory();
    const Offer ring_offer("fuzz.ring", ring, changed.ring_bytes);
    const Offer storage_offer("fuzz.storage", storage, changed.storage_bytes);
    try {
        Segments::remove_storage_without_ring("fuzz");
    } catch (const Failure&) {
    }
    try {
        auto segments = Segments::open("fuzz");
        ring.forbid_writing(true);
        storage.forbid_writing(true);
        try {
            look_at(*segments);
        } catch (const Failure&) {
        }
        ring.forbid_writing(false);
        storage.forbid_writing(false);
        segments->check_contents();
        adopt_and_drain(*segments);
        return true;
    } catch (const Failure&) {
        return false;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool quiet = (configure_log("fuzz", LogLevel::Error), true);
    static_cast<void>(quiet);
    const ChangedImage changed = change_image({data, size});
    const bool accepted = use(changed);
    require(accepted || size > 1, "a state that a run and a kill leave is sound");
    forget_segments();
    changed.image->ring_memory().restore();
    changed.image->storage_memory().restore();
    return 0;
}
