package dev.leat.registry;

import dev.leat.contract.Change;
import dev.leat.store.ChangeFeed;
import dev.leat.store.PolledChangeFeed;
import dev.leat.store.WakeUp;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** What is announced from when this was made, as a node gets it. */
public final class Announced implements ChangeFeed.Subscriber {
  private final PolledChangeFeed feed;
  private final List<Change> changes = new ArrayList<>();

  public Announced(DataSource source) {
    feed = new PolledChangeFeed(source, WakeUp.NONE);
    feed.subscribe(this);
    feed.load();
  }

  public List<Change> changes() {
    feed.catchUp();
    return changes;
  }

  @Override
  public void load() {
    changes.clear();
  }

  @Override
  public void changed(Change change) {
    changes.add(change);
  }
}
