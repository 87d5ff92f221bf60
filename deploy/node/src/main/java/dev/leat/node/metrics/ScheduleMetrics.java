package dev.leat.node.metrics;

import static dev.leat.node.metrics.Snapshots.point;

import dev.leat.invocations.schedule.FireSchedules;
import dev.leat.invocations.schedule.LastRun.End;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** What became of the times of schedules that this node dealt with. */
public final class ScheduleMetrics implements MetricSource {
  private final FireSchedules firing;

  public ScheduleMetrics(FireSchedules firing) {
    this.firing = firing;
  }

  @Override
  public List<MetricSnapshot> read() {
    return List.of(
        CounterSnapshot.builder()
            .name("leat_schedule_runs")
            .help("Times of schedules that this node dealt with, by what became of them")
            .dataPoint(point(firing.accepted(), "outcome", End.ACCEPTED.word()))
            .dataPoint(point(firing.missed(), "outcome", End.MISSED.word()))
            .dataPoint(point(firing.refused(), "outcome", End.REFUSED.word()))
            .build());
  }
}
