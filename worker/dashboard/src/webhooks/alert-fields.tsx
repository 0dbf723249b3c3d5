/** The rows of a webhook's form that set its alerts (EV24). */
import { type AlertDraft, type AlertSide, alertMetrics, newAlert, withMetric } from "./alert-form.ts";

type Props = Readonly<{
  alerts: readonly AlertDraft[];
  /** The first queue that the webhook names, for a new row. */
  queue: string;
  onChange: (alerts: readonly AlertDraft[]) => void;
}>;

export function AlertFields({ alerts, queue, onChange }: Props) {
  const add = (): void => onChange([...alerts, newAlert(Math.max(0, ...alerts.map(({ key }) => key)) + 1, queue)]);
  return (
    <fieldset class="wh-alerts">
      <legend>Alerts</legend>
      <p class="cmd-hint">A message when a queue crosses a threshold, and one when it is back.</p>
      {alerts.map((alert, index) => (
        <AlertRow
          key={alert.key}
          alert={alert}
          number={index + 1}
          onChange={(changed) => onChange(alerts.map((one) => (one.key === alert.key ? changed : one)))}
          onRemove={() => onChange(alerts.filter((one) => one.key !== alert.key))}
        />
      ))}
      <button type="button" class="ui-button" onClick={add}>
        Add an alert
      </button>
    </fieldset>
  );
}

type RowProps = Readonly<{
  alert: AlertDraft;
  number: number;
  onChange: (alert: AlertDraft) => void;
  onRemove: () => void;
}>;

function AlertRow({ alert, number, onChange, onRemove }: RowProps) {
  const set = (change: Partial<AlertDraft>): void => onChange({ ...alert, ...change });
  const label = (what: string): string => `${what} of alert ${number}`;
  return (
    <div class="wh-alert">
      <input
        class="ui-input wh-wide"
        aria-label={label("Queue")}
        placeholder="queue"
        autocomplete="off"
        value={alert.queue}
        onInput={(event) => set({ queue: event.currentTarget.value })}
      />
      <select
        class="ui-input wh-wide"
        aria-label={label("Metric")}
        value={alert.metric}
        onChange={(event) => onChange(withMetric(alert, event.currentTarget.value))}
      >
        {Object.entries(alertMetrics).map(([metric, { text }]) => (
          <option key={metric} value={metric}>
            {text}
          </option>
        ))}
      </select>
      <select
        class="ui-input"
        aria-label={label("Side")}
        value={alert.side}
        onChange={(event) => set({ side: event.currentTarget.value as AlertSide })}
      >
        <option>above</option>
        <option>below</option>
      </select>
      <input
        class="ui-input wh-number"
        aria-label={label("Threshold")}
        inputMode="decimal"
        autocomplete="off"
        value={alert.limit}
        onInput={(event) => set({ limit: event.currentTarget.value })}
      />
      <span class="wh-unit">{alertMetrics[alert.metric]?.unit}</span>
      <span>for</span>
      <input
        class="ui-input wh-number"
        aria-label={label("Seconds")}
        inputMode="numeric"
        autocomplete="off"
        value={alert.forSeconds}
        onInput={(event) => set({ forSeconds: event.currentTarget.value })}
      />
      <span>s</span>
      <button type="button" class="ui-button" aria-label={`Remove alert ${number}`} onClick={onRemove}>
        Remove
      </button>
    </div>
  );
}
