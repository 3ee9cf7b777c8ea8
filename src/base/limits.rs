//! Every limit of the program in one place: what it writes, what it accepts, what it holds in memory.

use std::time::Duration;

/// The longest path inside a snapshot, in bytes.
pub const PATH_BYTES_MAX: usize = 65_536;
/// The deepest directory a walk descends into.
pub const DEPTH_MAX: usize = 4_096;
/// Directories a restore keeps open so that a name in them is one step away.
pub const TARGET_DIRECTORIES_OPEN_MAX: usize = 64;
/// Names of users and names of groups a restore remembers the numbers of.
pub const OWNER_NAMES_MAX: usize = 4_096;
/// Directories a walk keeps open besides the topmost one.
pub const DIRECTORIES_OPEN_MAX: usize = 64;
/// Bytes of names a walk holds for one directory.
pub const DIRECTORY_NAMES_BYTES_MAX: usize = 1 << 30;
/// Users, and groups, whose names a walk remembers.
pub const OWNERS_MAX: usize = 65_536;
/// How many of the last bytes of a command's stderr are kept.
pub const STDERR_BYTES_KEPT: usize = 64 * 1024;
/// What a database server may answer to a question, in bytes: names of a million tables.
pub const DATABASE_ANSWER_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The smallest chunk of file content, in bytes (the last of a stream may be shorter). Even.
pub const CHUNK_BYTES_MIN: usize = 8 * 1024;
/// The size chunks of file content gather around, in bytes. Even.
pub const CHUNK_BYTES_AVERAGE: usize = 32 * 1024;
/// The largest chunk that is written, in bytes. Even.
pub const CHUNK_BYTES_MAX: usize = 128 * 1024;
/// Normalization level of the chunker.
pub const CHUNK_NORMALIZATION: u8 = 2;
/// The largest chunk a reader accepts, in bytes.
pub const CHUNK_BYTES_ACCEPTED: usize = 16 * 1024 * 1024;

/// A region is closed when its plaintext reaches this size, in bytes.
pub const REGION_BYTES_TARGET: usize = 1024 * 1024;
/// The largest plaintext of a region a reader accepts, in bytes.
pub const REGION_BYTES_ACCEPTED: usize = 64 * 1024 * 1024;

/// The size of a full pack, in bytes.
pub const PACK_BYTES_FULL: usize = 16 * 1024 * 1024;
/// The largest pack a reader accepts, in bytes.
pub const PACK_BYTES_ACCEPTED: u64 = 1 << 30;
/// The largest other object (manifest, index object, key slot, lease, mark, config) a reader accepts, in bytes.
pub const OBJECT_BYTES_ACCEPTED: u64 = 256 * 1024 * 1024;

/// Chunks that are held in memory before an index object is written and the cache takes over.
pub const INDEX_CHUNKS_PENDING_MAX: usize = 65_536;
/// What a local repository sets aside at least, so that a prune can work when the disk is full: a lease, marks, an index object, and directories.
pub const RESERVE_BYTES_MIN: u64 = 128 * 1024;

/// Records of a recipe that stand in the entry itself; longer recipes become streams of their own.
pub const RECIPE_RECORDS_INLINE_MAX: usize = 4;
/// Records above the leaves of one recipe that wait in memory for its end: 2.4 MB, for a stream of some 300 GB.
pub const RECIPE_RECORDS_WAITING_MAX: usize = 65_536;
/// The deepest recipe of recipes a reader follows.
pub const RECIPE_DEPTH_MAX: u8 = 8;
/// The deepest tree of tree nodes a reader follows.
pub const TREE_DEPTH_MAX: u8 = 16;
/// Paths of one tree node, written out, that a reader accepts, in bytes. They share their fronts in the node and not in
/// memory; a writer's node has at most about 36 MB of them.
pub const TREE_NODE_PATHS_BYTES_ACCEPTED: usize = 64 * 1024 * 1024;

/// Parts of an object's name: `packs/ab/abcd...` has three.
pub const OBJECT_NAME_PARTS_MAX: usize = 3;
/// The longest part of an object's name, in bytes.
pub const OBJECT_NAME_PART_BYTES_MAX: usize = 80;

/// A file of facts that a machine remembers of a repository, in bytes.
pub const STATE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Snapshots, and forgetting records, that a machine remembers to have seen; the newest ones.
pub const SEEN_MAX: usize = 4_096;

/// Memory redb may use for the index, in bytes.
pub const INDEX_CACHE_BYTES: usize = 48 * 1024 * 1024;
/// Records of 48 bytes that are sorted in memory on their way into the index; more are sorted in a temporary file.
pub const INDEX_RUN_RECORDS: usize = 500_000;
/// Records that are read at once of each run in that file. 200 runs are 100 million chunks and 13 MB.
pub const INDEX_MERGE_RECORDS: usize = 1_365;
/// Processes that can work with one repository from one cache at the same time.
pub const INDEX_FILES_MAX: u32 = 8;

/// Packs whose place and keys a reader keeps at hand.
pub const PACKS_OPEN_MAX: usize = 512;
/// Plaintext of regions a reader keeps for the next chunk, in bytes.
pub const REGIONS_KEPT_BYTES: usize = 24 * 1024 * 1024;
/// What deltas say that a reader keeps for the next chunk, in bytes.
pub const DELTAS_KEPT_BYTES: usize = 16 * 1024 * 1024;
/// The longest chain of delta regions a reader follows.
pub const DELTA_DEPTH_ACCEPTED: u8 = 64;
/// The depth up to which delta regions are written; half as much again at random, so that not all are written anew in one night.
pub const DELTA_DEPTH_WRITTEN: u8 = 40;
/// Bytes of last night's stream that are read beyond where tonight's is, and bytes before it that are kept.
pub const LINEAGE_AHEAD_BYTES: u64 = 512 * 1024;
/// See [`LINEAGE_AHEAD_BYTES`].
pub const LINEAGE_BEHIND_BYTES: u64 = 256 * 1024;
/// Bytes of last night's stream that are held at most while nothing of tonight's is found in it. What was put in is noticed to have ended if it
/// was shorter.
pub const LINEAGE_LOST_BYTES: u64 = 8 * 1024 * 1024;
/// Chunks of last night's stream that are known before they come.
pub const LINEAGE_CHUNKS_AHEAD_MAX: usize = 65_536;
/// Regions of last night's stream that are read ahead.
pub const LINEAGE_READS_AHEAD: usize = 4;
/// So many bytes that were nowhere near are worth looking for further off.
pub const SCOUT_LOST_BYTES: u64 = 1024 * 1024;
/// For every byte that is nowhere near, so many of last night's stream are read to find it further off; each of them once at most.
pub const SCOUT_BYTES_A_BYTE: u64 = 8;
/// Places of last night's stream that are remembered at most.
pub const SCOUT_PLACES_MAX: usize = 1 << 18;
/// The most bytes of bases of a delta region a reader accepts.
pub const BASE_BYTES_ACCEPTED: usize = 128 * 1024 * 1024;

/// Files up to this size are read by the pool, many together; larger ones as streams, in bytes.
pub const SMALL_FILE_BYTES: u64 = 512 * 1024;
/// Bytes of small files that are read together.
pub const GROUP_BYTES: u64 = 1024 * 1024;
/// Entries that are made ready together.
pub const GROUP_ITEMS: usize = 128;
/// Entries of last night's tree that are handed on together, and how many such batches are read ahead.
pub const LAST_NIGHT_BATCH_ENTRIES: usize = 256;
/// See [`LAST_NIGHT_BATCH_ENTRIES`].
pub const LAST_NIGHT_BATCHES: usize = 4;
/// Bytes of a stream that are cut and hashed together.
pub const STREAM_BATCH_BYTES: usize = 1024 * 1024;

/// Chunks whose places a restore gathers before it reads them in pack order.
pub const RESTORE_WINDOW_CHUNKS: usize = 262_144;
/// Files a restore gathers before it fills them.
pub const RESTORE_WINDOW_FILES: usize = 4_096;

/// Bytes of a stream that are read together when it is read ahead; a quarter is enough where a region ends.
pub const AHEAD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Chunks, holes and entries that are read ahead together.
pub const AHEAD_PIECES_MAX: usize = 4_096;
/// Batches of a stream that are read ahead at the same time.
pub const AHEAD_BATCHES_MAX: usize = 16;

/// Nodes of trees that a search remembers, so that it reads them once.
pub const FIND_NODES_MAX: usize = 500_000;
/// Entries a search holds; with more matches it asks for a closer pattern.
pub const FIND_ENTRIES_MAX: usize = 200_000;

/// Pages of a table map that a reader takes: a dump of 100 TB.
pub const MAP_PAGES_MAX: u64 = 1 << 32;
/// Sections of a table map that a reader takes.
pub const MAP_SECTIONS_MAX: u64 = 1 << 21;
/// Chunks of a table map that a reader takes: their records are in memory while it is open.
pub const MAP_RECORDS_MAX: usize = 1 << 22;
/// Bytes of the sections of a table map that a reader takes: some 400,000 objects.
pub const MAP_SECTIONS_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The most bytes that chunks wait for a lexer to make up its mind.
pub const DUMP_UNSETTLED_BYTES_MAX: u64 = 256 * 1024;
/// Bytes of a table map that are handed on together.
pub const MAP_BATCH_BYTES: usize = 64 * 1024;
/// Bytes of a dump that tell whether it is one.
pub const SQL_PREFIX_BYTES: usize = 64 * 1024;
/// Bytes of a statement that are kept to tell what it is about.
pub const SQL_HEAD_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a statement without its rows that can be changed on its way out; what is longer goes out as it is.
pub const SQL_STATEMENT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of definitions, triggers and other text that an extract looks through before it decides what goes out.
pub const EXTRACT_TEXT_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of a row's key that are kept.
pub const SQL_KEY_BYTES_MAX: usize = 64;
/// Tables, indexes, sequences and variables of a dump that are remembered, of each.
pub const SQL_TABLES_KNOWN_MAX: usize = 1 << 18;
/// Sections of a dump that are told apart; what follows is one more.
pub const SQL_SECTIONS_MAX: u64 = 1 << 20;
/// Bytes of a row that can be read by itself, for a condition or another form.
pub const EXTRACT_ROW_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The longest header of a gzip member, in bytes. A name may be of any length.
pub const GZIP_HEADER_BYTES_MAX: usize = 128 * 1024;
/// Bytes behind the last member of a compressed file that are kept.
pub const COMPRESSED_TAIL_BYTES_MAX: usize = 64 * 1024;
/// The longest replay recipe, in bytes. It grows with the members of a file that differ.
pub const REPLAY_RECIPE_BYTES_MAX: usize = 1024 * 1024;
/// First bytes of a compressed file that tell what is in it and who wrote it.
pub const UNPACK_HEAD_BYTES: usize = 512 * 1024;
/// First bytes of a stream that tell whether a compressed dump is in it.
pub const STREAM_HEAD_BYTES: usize = 64 * 1024;
/// Compressed bytes, and bytes of plaintext, that are decoded at a time; and how many such pieces wait to be compared.
pub const UNPACK_BATCH_BYTES: usize = 256 * 1024;
/// See [`UNPACK_BATCH_BYTES`].
pub const UNPACK_PLAIN_BATCH_BYTES: usize = 1024 * 1024;
/// See [`UNPACK_BATCH_BYTES`].
pub const UNPACK_PIECES_WAITING_MAX: usize = 4;
/// How many times as large as the file its plaintext may be, besides the first bytes. No dump comes near it; what is beyond is stored as it is.
pub const UNPACK_RATIO_MAX: u64 = 256;
/// Bytes of plaintext that a file may have however small it is.
pub const UNPACK_PLAIN_BYTES_FREE: u64 = 64 * 1024 * 1024;
/// Plaintext of a small file, and of the small files that are read together, in bytes.
pub const UNPACK_SMALL_PLAIN_BYTES_MAX: usize = 32 * 1024 * 1024;
/// From this size on, a file with the name of a compressed one is read by itself, in bytes.
pub const UNPACK_SMALL_BYTES_MIN: u64 = 32 * 1024;
/// Compressed files that are stored as they are, of which is told why.
pub const KEPT_FILES_TOLD_MAX: usize = 100;
/// Bytes of a replay recipe that stand in the entry itself.
pub const REPLAY_RECIPE_BYTES_INLINE_MAX: usize = 4_096;
/// Compressed bytes from which the producer of a member is guessed.
pub const REPLAY_PROBE_BYTES: usize = 256 * 1024;
/// Plaintext at which the guess is made even with fewer compressed bytes.
pub const REPLAY_PROBE_PLAIN_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of a member that wait for what would be written for its plaintext. Who writes a member keeps two windows and a block back at most,
/// which is less: only who writes blocks without plaintext gets here.
pub const REPLAY_BEHIND_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// The largest block of pigz that is replayed, in bytes.
pub const PIGZ_BLOCK_BYTES_MAX: usize = 512 * 1024 * 1024;
/// The longest header of a gzip member that is replayed, in bytes.
pub const REPLAY_HEADER_BYTES_MAX: usize = 4_096;
/// Zeros behind the last member, and bytes of members without plaintext, that a recipe stands for at most.
pub const REPLAY_EMPTY_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Plaintext that a compressed file is written again from at a time: a byte may become a member with a header of
/// [`REPLAY_HEADER_BYTES_MAX`].
pub const REPLAY_SLICE_BYTES: usize = 1024;
/// Bytes of a compressed file that is written again, from which on they are handed on.
pub const REPLAY_PIECE_BYTES: usize = 1024 * 1024;
/// The largest window of a zstd file that is read, as a power of two: 128 MiB, as much as the program `zstd` grants.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 27;
/// The largest dictionary of an xz file that is read, in bytes. The program `xz` makes one of 64 MiB at its highest level.
pub const XZ_DICTIONARY_BYTES_MAX: u32 = 128 * 1024 * 1024;
/// Seconds for which a lease means something; a third of it after it was written it is renewed.
pub const LEASE_VALID_SECONDS: u32 = 300;
/// How often leases or marks are listed again while they come and go.
pub const LISTINGS_MAX: usize = 50;
/// How long one of two prunes that begin at the same time waits for the other to end.
pub const TURN_WAIT: Duration = Duration::from_secs(3);
/// How often it looks meanwhile.
pub const TURN_PAUSE: Duration = Duration::from_millis(50);
/// How far a host's clock may be ahead, in seconds, for its lease to be believed.
pub const LEASE_AHEAD_SECONDS_MAX: i64 = 86_400;
/// How often a backup whose chunks are about to be deleted stores them again before it gives up.
pub const SECURING_ROUNDS_MAX: usize = 16;
/// The longest reason of a hold, in bytes.
pub const HOLD_REASON_BYTES_MAX: usize = 4_096;
/// Index objects that a prune leaves as they are; where there are more, small ones are brought together.
pub const INDEX_OBJECTS_FEW: usize = 16;
