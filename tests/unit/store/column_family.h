// A store's column family, as it is on disk, behind the store's back.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/catch.h"

namespace testing {

inline void with_column_family(const std::filesystem::path& store, const std::string& name,
                               const std::function<void(rocksdb::DB&, rocksdb::ColumnFamilyHandle*)>& what) {
  const rocksdb::DBOptions o;
  const std::string path = (store / "rocksdb").string();
  std::vector<std::string> names;
  REQUIRE(rocksdb::DB::ListColumnFamilies(o, path, &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& n : names)
    families.emplace_back(n, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened_db = nullptr;
  REQUIRE(rocksdb::DB::Open(o, path, families, &handles, &opened_db).ok());
  const std::unique_ptr<rocksdb::DB> db(opened_db);
  for (rocksdb::ColumnFamilyHandle* h : handles) {
    if (h->GetName() == name) what(*db, h);
    db->DestroyColumnFamilyHandle(h);
  }
}

}  // namespace testing
