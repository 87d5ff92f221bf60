package dev.leat.scheduler;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.VersionRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The versions that can be called, as this node knows them. Never blocks. */
public interface PlannedVersions {
  /** The version of that name; null where there is none, or none any more. */
  @Nullable FunctionVersion find(VersionRef version);

  /** Those that are kept warm, and of which instances are kept while idle. */
  List<FunctionVersion> withMinimum();
}
