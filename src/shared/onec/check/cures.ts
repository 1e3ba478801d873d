import type { OutcomeError } from '../../errors/outcome.ts';
import { howToPublish } from '../publication-path.ts';

const CURES: Record<string, string> = {
  'onec-down':
    'Проверьте, что веб-сервер и сервер 1С запущены, порт открыт с этой машины, и что в API_1C_URL верные имя и порт.',
  'onec-timeout':
    'Первый запрос после простоя 1С выполняет 11–30 с: повторите. Если не помогло, посмотрите нагрузку сервера 1С и число свободных лицензий.',
  'onec-certificate': 'Укажите корневой сертификат компании в NODE_EXTRA_CA_CERTS или замените сертификат веб-сервера.',
  'onec-wrong-url':
    'Исправьте API_1C_URL: http(s)://сервер/имя-публикации/odata/standard.odata. Если адрес верен, включите в публикации «Публиковать стандартный интерфейс OData» (Конфигуратор → Администрирование → Публикация на веб-сервере).',
  'onec-forbidden':
    'Разрешите этой машине доступ к публикации в настройках веб-сервера (IIS: ограничения IP, авторизация).',
  'onec-session': 'Проверьте в публикации пул сеансов: <standardOdata reuseSessions="autouse" poolSize="10" …/>.',
  'onec-credentials':
    'Исправьте API_1C_USER и API_1C_PASSWORD. В 1С у этого пользователя включите «Аутентификация 1С:Предприятия» и разрешите вход.',
};

/** Where a person gives the right to read these objects. */
export const howToAllow = (objects: string) =>
  'Войдите в 1С: «Администрирование» → «Пользователи» → права этого пользователя. Добавьте роль «Удаленный доступ OData» или профиль с ' +
  `чтением ${objects} без ограничения на уровне записей.`;

/** What a person does about an error of 1C. Undefined where its message says all there is. */
export function cureOf(error: OutcomeError): string | undefined {
  const object = typeof error.details.object === 'string' ? error.details.object : null;
  if (error.code === 'onec-no-rights') {
    return howToAllow(object ?? 'этого объекта');
  }
  if (error.code === 'onec-not-published' && object !== null) return howToPublish([object]);
  return CURES[error.code];
}
