// What is known of every number, in memory: the verdict of a message is made here. Sharded by number; each shard is a
// table of its own (index_shard.h).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "store/huge_memory.h"
#include "store/index_shard.h"
#include "store/precedence.h"
#include "store/profiles.h"

namespace store {

// Any thread; a reader holds the lock of one shard for one lookup.
class index {
 public:
  index();
  ~index();

  void reserve(std::uint64_t numbers);  // only before it is shared

  // Nothing when the number is not known.
  std::optional<finding> judge(number who, const question& q) const;
  standing judge_arrival(number who, const fact& opt_in, const question& q) const;
  bool contains(number who) const;
  void expect(number who) const;  // begins to fetch its slot
  std::vector<fact> facts(number who) const;
  // The latest opt-out or reply of the number, whatever its scope; the epoch when there is none.
  instant latest_act(number who) const;

  void merge(number who, const fact& f);
  void replace(number who, std::vector<fact> known);  // nothing known: the number is forgotten
  void recall(source_id source, instant up_to, std::uint64_t sequence);
  void set_recalls(recalls r);

  std::uint64_t numbers() const;
  std::uint64_t hashes() const { return hashes_; }  // those of them that are hashes
  // Opt-ins of the source up to then that no recall has voided yet.
  std::uint64_t live_opt_ins(source_id source, instant up_to) const;
  std::uint64_t octets() const;

 private:
  index_shard& shard_of(const index_path& p) const;
  template <class F>
  void change_recalls(F change);

  profiles profiles_;
  huge_memory shared_;  // of the shards' buckets; outlives them
  std::unique_ptr<index_shard[]> shards_;
  std::unique_ptr<index_whereabouts[]> whereabouts_;
  recalls recalls_;  // read under the lock of any shard, changed under the locks of all
  std::atomic<std::uint64_t> hashes_{0};
};

}  // namespace store
