/* test_vfs.h: "forgetful", a SQLite VFS that makes durability honest. What was written but not synced stays in the
 * memory of this process and never reaches the file, so `kill -9` loses it as a power cut would. Only one process may
 * use a database through it. It can also fill the disk and fail syncs, for tests of those faults. */
#ifndef CHATHUB_STORAGE_TEST_VFS_H
#define CHATHUB_STORAGE_TEST_VFS_H

#include <stdint.h>

int forgetful_vfs_register(void);                   /* 0, or SQLite's error code; more than once is fine */
void forgetful_vfs_limit_bytes(int64_t file_bytes); /* larger files do not fit the disk; negative: no limit */
void forgetful_vfs_fail_syncs(int count);           /* the next `count` syncs fail */
void forgetful_vfs_fail_sync_and_fill(void);        /* the next one fails, and then the disk is full */

#endif
