package dev.leat.node;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a node keeps modules, what was compiled of them, and large bodies. */
public enum BlobPlace {
  /** In tables, for all nodes of the database. */
  @JsonProperty("database")
  DATABASE,

  /** In the data directory, for this node. */
  @JsonProperty("files")
  FILES,

  /** In a bucket, and what was compiled in tables, for all nodes of the database. */
  @JsonProperty("s3")
  S3;

  /** Where they are unless the configuration says. */
  static BlobPlace usual(DatabaseConfig database) {
    return database.isPostgres() ? DATABASE : FILES;
  }
}
