import type { FC } from 'hono/jsx';
import { Csrf } from '../parts.tsx';
import type { View } from '../view.ts';

/** Starts a scan by hand; a dry run unless somebody says otherwise. */
export const ScanForm: FC<{ view: View; warehouses: { key: string; name: string }[] }> = ({ view, warehouses }) => {
  const { t } = view;
  return (
    <section class="card" aria-labelledby="scan">
      <h2 id="scan">{t('Проверить сейчас', 'Scan now')}</h2>
      {view.may('operator') ? (
        <form method="post" action="/console/scan">
          <Csrf view={view} />
          <div class="field">
            <label for="warehouse">{t('Склад', 'Warehouse')}</label>
            <select id="warehouse" name="warehouse">
              <option value="">{t('все склады', 'all warehouses')}</option>
              {warehouses.map(({ key, name }) => (
                <option value={key}>{name}</option>
              ))}
            </select>
          </div>
          <label class="check">
            <input type="checkbox" name="dry_run" value="yes" checked={true} />
            {t('пробно: рассчитать и показать, ничего не создавая', 'dry run: plan and show, make nothing')}
          </label>
          <label class="check">
            <input type="checkbox" name="force" value="yes" />
            {t('без проверки полноты данных 1С и без учёта отложенного', 'override the check of 1C’s data and snoozes')}
          </label>
          <p>
            <button type="submit">{t('Проверить', 'Scan')}</button>
          </p>
        </form>
      ) : (
        <p class="soft">{t('Запускает оператор.', 'An operator starts it.')}</p>
      )}
    </section>
  );
};
