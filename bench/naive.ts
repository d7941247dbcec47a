import type { AddressInfo } from 'node:net';
import axios from 'axios';
import express from 'express';
import pg from 'pg';
import { jobFromParent, tellParent } from './child.ts';

/** The design most gateways start with: Express and axios, one SELECT and one INSERT per request, library defaults. */
type Job = { database: string; backend: string; apiKey: string };

const job = await jobFromParent<Job>();
const pool = new pg.Pool({ connectionString: job.database });
const app = express();
app.use(express.json());

app.post('/api/messages/send-text', async (req, res) => {
  const { token, number, text } = req.body;
  const found = await pool.query(
    `select p.id, p.instance_name, p.user_id from phone_numbers p join users u on u.id = p.user_id
     where p.token = $1 and u.api_key = $2 and p.status = 'connected'`,
    [token, req.headers['x-api-key']],
  );
  if (found.rows.length === 0) {
    res.status(404).json({ success: false, error: 'Phone number not found' });
    return;
  }
  const phone = found.rows[0];
  const sent = await axios.post(
    `${job.backend}/message/sendText/${phone.instance_name}`,
    { number, text },
    { headers: { apikey: job.apiKey } },
  );
  const saved = await pool.query(
    `insert into messages (user_id, phone_number_id, recipient, body, status, whatsapp_id)
     values ($1, $2, $3, $4, 'sent', $5) returning id`,
    [phone.user_id, phone.id, number, text, sent.data.key.id],
  );
  res.json({
    success: true,
    message_id: saved.rows[0].id,
    status: 'sent',
    whatsapp_id: sent.data.key.id,
    to: sent.data.key.remoteJid,
  });
});

const server = app.listen(0, '127.0.0.1', () => tellParent({ port: (server.address() as AddressInfo).port }));
