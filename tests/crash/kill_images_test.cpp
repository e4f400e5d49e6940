// SPDX-License-Identifier: Apache-2.0
// What a kill can leave, at every instruction of every operation: the shared memory is copied after each
// single step, the copies that differ are kept, and from each of them every order of recovery must end with
// each number in the ledger by exactly one record. For double kills the recovery itself is traced, store by
// store, from each of those images. A `close` is left out of the run that follows: it would end it.
#include <fmt/format.h>

#include <cstring>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "common/core/segments/damage.hpp"
#include "tests/crash/schedule.hpp"
#include "tests/crash/stepper.hpp"
#include "tests/crash/store_tracer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scale.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

using Image = std::vector<std::byte>;

class Images {
  public:
    // Keeps the image if it was not seen before.
    bool add(Image image) {
        std::string_view bytes(reinterpret_cast<const char*>(image.data()), image.size());
        if (!seen_.insert(std::hash<std::string_view>{}(bytes)).second) return false;
        kept_.push_back(std::move(image));
        return true;
    }
    [[nodiscard]] const std::vector<Image>& kept() const { return kept_; }
    // Forgets the images but not that they were seen: what is kept is copied by every fork.
    void forget() { kept_.clear(); }
    [[nodiscard]] std::size_t seen() const { return seen_.size(); }

  private:
    std::unordered_set<std::size_t> seen_;
    std::vector<Image> kept_;
};

// Steps through the action from the world's present state and collects what a kill at each instruction
// leaves, the owner's death marked.
std::uint64_t collect(World& world, const Action& action, Images& images) {
    const Image before = world.image();
    Image last;
    pid_t victim = 0;
    const std::uint64_t steps = step_through([&] { action.act(world); },
                                             [&](pid_t pid) {
                                                 victim = pid;
                                                 Image now = world.image();
                                                 if (now != last) {
                                                     last = now;
                                                     world.mark_owner_died(pid);
                                                     images.add(world.image());
                                                     world.restore(last);
                                                 }
                                                 return true;
                                             });
    world.restore(before);
    return steps;
}

// The same by the action's stores alone.
std::uint64_t collect_by_stores(World& world, const Action& action, Images& images) {
    const Image before = world.image();
    const TracedStores traced = trace_stores(world, [&] { action.act(world); });
    for (const Image& image : traced.images) {
        world.restore(image);
        world.mark_owner_died(traced.pid);
        images.add(world.image());
    }
    world.restore(before);
    return traced.images.size() - 1;
}

// Fails if the image would not be adopted, or any order of recovery from it goes wrong.
void verify(World& world, const Image& image, const std::string& what) {
    world.restore(image);
    if (const std::string lost = world.lost_with_segments(); !lost.empty()) FAIL(what << ": " << lost);
    if (const auto damage = find_damage(world.ring(), world.storage()))
        FAIL(what << ", called damaged: " << damage->what);
    for (const auto& recovery : recoveries()) {
        world.restore(image);
        world.ring().reopen();
        for (const auto& action : recovery) action.act(world);
        const std::string wrong = world.finish_and_verify();
        if (!wrong.empty()) FAIL(what << ", then " << recovery.front().name << " first: " << wrong);
    }
}

}  // namespace

TEST_CASE("without a kill the schedule ends with every number booked once", "[crash]") {
    World world;
    for (const auto& action : schedule()) action.act(world);
    world.ring().reopen();
    CHECK(world.finish_and_verify().empty());
    CHECK(world.is_confined());
}

TEST_CASE("a kill at any instruction of any operation loses nothing and doubles nothing", "[crash]") {
    World world;
    const auto actions = schedule();
    std::uint64_t instructions = 0;
    std::size_t images_in_all = 0;
    for (std::size_t victim = 0; victim < actions.size(); ++victim) {
        world.reset();
        for (std::size_t i = 0; i < victim; ++i) actions[i].act(world);
        Images images;
        instructions += collect(world, actions[victim], images);
        images_in_all += images.kept().size();
        for (std::size_t i = 0; i < images.kept().size(); ++i) {
            verify(world, images.kept()[i],
                   fmt::format("killed in action {} ({}), image {}", victim, actions[victim].name, i));
        }
    }
    fmt::print(
        "single kills: {} operations, {} instructions, {} images, {} orders of recovery each: nothing lost "
        "or doubled\n",
        actions.size(), instructions, images_in_all, recoveries().size());
    CHECK(images_in_all > actions.size());
}

TEST_CASE("stepping by instructions finds no state that stepping by stores does not", "[crash]") {
    World world;
    for (const auto& action : schedule()) {
        INFO(action.name);
        Images by_instructions;
        Images by_stores;
        collect(world, action, by_instructions);
        collect_by_stores(world, action, by_stores);
        // Process ids, times and beats differ between the two runs; the number of states does not.
        CHECK(by_instructions.kept().size() == by_stores.kept().size());
        action.act(world);
    }
}

TEST_CASE("a second kill at any store of the recovery loses nothing and doubles nothing", "[crash]") {
    World world;
    const auto actions = schedule();
    std::uint64_t stores = 0;
    std::size_t seen = 0;
    std::size_t first_images = 0;
    Images pairs;
    const std::size_t every = one_in(1);
    for (std::size_t victim = 0; victim < actions.size(); ++victim) {
        world.reset();
        for (std::size_t i = 0; i < victim; ++i) actions[i].act(world);
        Images images;
        collect_by_stores(world, actions[victim], images);
        for (const Image& image : images.kept()) {
            if (++seen % every != 0) continue;
            ++first_images;
            for (const auto& recovery : recoveries()) {
                world.restore(image);
                world.ring().reopen();
                stores += collect_by_stores(world, recovery.front(), pairs);
            }
            for (const Image& pair : pairs.kept()) {
                verify(world, pair,
                       fmt::format("killed in action {} ({}) and again in its recovery", victim,
                                   actions[victim].name));
            }
            pairs.forget();
        }
    }
    fmt::print("double kills: {} images, {} stores of recovery, {} distinct pairs: nothing lost or doubled\n",
               first_images, stores, pairs.seen());
    CHECK(pairs.seen() > first_images);
}
